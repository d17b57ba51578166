import assert from "node:assert/strict";
import test from "node:test";
import {
  PickleError,
  PickleGlobal,
  type PickleHooks,
  PickleTuple,
  unpickle,
} from "../../lib/src/checkpoints/pickle";
import { STATE_DICT_HOOKS } from "../../lib/src/checkpoints/pytorch-pickle";

const HOOKS: PickleHooks = {
  isKnown: (name) => name === "package.function",
  call: (name, args) => ({ name, args }),
  persistentLoad: (id) => ({ id }),
};

/** A pickle in pieces: opcodes as text, operands as bytes. */
function pickle(...pieces: (string | number[])[]): Uint8Array {
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    ...pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : Buffer.from(piece))),
  ]);
}

test("plain data", () => {
  const cases: [(string | number[])[], unknown][] = [
    [["N."], null],
    [["\x88."], true],
    [["\x89."], false],
    [["K\x07."], 7],
    [["M", [0x34, 0x12], "."], 0x1234],
    [["J", [0xfe, 0xff, 0xff, 0xff], "."], -2],
    [["\x8a\x00."], 0],
    [["\x8a\x02", [0x00, 0x80], "."], -32768],
    [["\x8a\x09", [0, 0, 0, 0, 0, 0, 0, 0, 1], "."], 2n ** 64n],
    [["G", [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], "."], 1.5],
    [["X\x02\0\0\0", [0xc3, 0xa9], "."], "é"],
    [["\x8c\x01a."], "a"],
    [["U\x01a."], "a"],
    [["C\x02", [0, 255], "."], Uint8Array.of(0, 255)],
    [["K\x01K\x02\x86."], new PickleTuple([1, 2])],
    [["(K\x01K\x02K\x03K\x04t."], new PickleTuple([1, 2, 3, 4])],
    [["](K\x01K\x02e."], [1, 2]],
    [["]K\x01a."], [1]],
    [["}(U\x01aK\x01U\x01bK\x02u."], new Map([["a", 1], ["b", 2]])], // prettier-ignore
    [["}U\x01aK\x01s}b."], new Map([["a", 1]])],
    [["(K\x01K\x021(0K\x05."], 5],
    [["]q\x00h\x00a."], undefined], // a list in itself; compared below
    [["cpackage\nfunction\n."], new PickleGlobal("package.function")],
    [["cpackage\nfunction\nK\x01\x85R."], { name: "package.function", args: [1] }],
    [["U\x01xQ."], { id: "x" }],
  ];
  for (const [pieces, expected] of cases) {
    const bytes = pickle(...pieces);
    const { value, end } = unpickle(bytes, HOOKS);
    assert.equal(end, bytes.length);
    if (expected !== undefined)
      assert.deepEqual(value instanceof Uint8Array ? Uint8Array.from(value) : value, expected);
  }
});

test("malformed pickles are refused", () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ["nothing", new Uint8Array(0), /cut off/],
    ["no STOP", pickle("N"), /cut off/],
    ["STOP without a value", pickle("."), /takes a value where there is none/],
    ["protocol 0", Uint8Array.of(0x80, 0, 0x2e), /unknown protocol 0/],
    ["protocol 6", Uint8Array.of(0x80, 6, 0x2e), /unknown protocol 6/],
    ["text opcode", pickle("I1\n."), /instruction 0x49/],
    ["stack underflow", pickle("K\x01\x86."), /takes a value where there is none/],
    ["underflow below a mark", pickle("K\x01(K\x02\x86."), /takes a value where there is none/],
    ["no mark", pickle("K\x01t."), /mark that is not there/],
    ["pop of nothing", pickle("0."), /mark that is not there/],
    ["memo miss", pickle("h\x05."), /recalls value 5/],
    ["memo of nothing", pickle("q\x05."), /changes a value where there is none/],
    ["huge string", pickle("X\xff\xff\xff\xff", "a."), /cut off/],
    ["huge bytes", pickle("B\xff\xff\xff\xff", "a."), /cut off/],
    ["huge integer", pickle("\x8a\xff", new Array<number>(255).fill(1), "."), /integer of 255 bytes/],
    ["invalid UTF-8", pickle("X\x01\0\0\0\xff."), /not UTF-8/],
    ["global without an end", pickle("cpackage\nfunction"), /cut off/],
    ["append to a number", pickle("K\x01K\x02a."), /no list/],
    ["item of a list", pickle("]K\x01K\x02s."), /no dict/],
    ["key without value", pickle("}(K\x01u."), /key without a value/],
    ["call of a number", pickle("K\x01)R."), /calls something that is no function/],
    ["call with a list", pickle("cpackage\nfunction\n]R."), /without arguments/],
    ["attributes of a list", pickle("]}b."), /attributes of something that is no dict/],
    ["global whose name is a number", pickle("K\x01K\x02\x93."), /no string/],
  ];
  for (const [what, bytes, message] of cases) {
    assert.throws(
      () => unpickle(bytes, HOOKS),
      (error) => error instanceof PickleError && message.test(error.message),
      what,
    );
  }
});

test("instructions that make or call objects in other ways are refused by name", () => {
  const cases: [string, string][] = [
    ["(iposix\nsystem\n.", "INST"],
    ["(cpackage\nfunction\no.", "OBJ"],
    ["cpackage\nfunction\n)\x81.", "NEWOBJ"],
    ["cpackage\nfunction\n)}\x92.", "NEWOBJ_EX"],
    ["Pid\n.", "PERSID"],
    ["\x82\x01.", "EXT1"],
  ];
  for (const [program, name] of cases) {
    assert.throws(() => unpickle(pickle(program), HOOKS), new RegExp(`instruction ${name} `));
  }
});

test("a state dict may refer to nothing but what tensors need", () => {
  const refused = ["os system", "posix system", "builtins eval", "builtins getattr", "torch load", "torch.nn Linear", "collections Counter", "torch._utils _rebuild_tensor_v2.__globals__", "__builtin__ exec", "torch UntypedStorage"]; // prettier-ignore
  for (const global of refused) {
    const [module, name] = global.split(" ") as [string, string];
    const programs = [`c${module}\n${name}\n)R.`, `U${String.fromCharCode(module.length)}${module}U${String.fromCharCode(name.length)}${name}\x93)R.`]; // prettier-ignore
    for (const program of programs) {
      assert.throws(
        () => unpickle(pickle(program), STATE_DICT_HOOKS),
        (error) => error instanceof PickleError && error.message.includes(`"${module}.${name}"`),
      );
    }
  }
  const misused: [string, RegExp][] = [
    ["ctorch\nFloatStorage\n)R.", /calls torch\.FloatStorage, which is no function/],
    ["ctorch._utils\n_rebuild_tensor_v2\n)R.", /from something that is no storage/],
    ["ctorch._utils\n_rebuild_parameter\n)R.", /from something that is no tensor/],
    ["ccollections\nOrderedDict\nK\x01\x85R.", /no list of pairs/],
    ["ccollections\nOrderedDict\n]K\x01a\x85R.", /no list of pairs/],
    ["K\x01Q.", /not a storage/],
    ["(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuJ\xff\xff\xff\xfftQ.", /length of a storage/],
    ["(U\x07storageccollections\nOrderedDict\nU\x010U\x03cpuK\x01tQ.", /not a storage/],
  ];
  for (const [program, message] of misused) {
    assert.throws(() => unpickle(pickle(program), STATE_DICT_HOOKS), message);
  }
});
