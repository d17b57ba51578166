import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { toFloat32 } from "../../lib/src/checkpoints/float-formats";
import { parseSafetensors, readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { checkpointError, temporaryFolder } from "./support";

/** A file of a header, given as text or bytes, and `dataBytes` zeros. */
function file(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const json = Buffer.from(header);
  const bytes = Buffer.alloc(8 + json.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(json.length));
  bytes.set(json, 8);
  return bytes;
}

function entry(dtype: string, shape: string, offsets: string): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
}

function prefix(length: bigint, rest = 0): Uint8Array {
  const bytes = Buffer.alloc(8 + rest);
  bytes.writeBigUInt64LE(length);
  return bytes;
}

const A = entry("F32", "[2]", "[0,8]");

/** Each rule, a file that breaks it, and what the message must say besides the file's name. */
const HOSTILE: [string, Uint8Array, ...RegExp[]][] = [
  ["an empty file", new Uint8Array(0), /0 bytes, fewer than the 8/],
  ["fewer than 8 bytes", Uint8Array.of(1, 2, 3), /3 bytes, fewer than the 8/],
  ["a header longer than the file", prefix(100n, 10), /100 bytes, but the file has only 18/],
  ["a header longer than 100 MB", prefix(100_000_001n), /100000001 bytes, more than the 100000000/],
  ["a header length of 2^64 - 1", prefix(2n ** 64n - 1n), /18446744073709551615 bytes/],
  ["an empty header", file(""), /not a JSON object/],
  ["no JSON", file("{oops}"), /not valid JSON/],
  ["an array", file("[]"), /not a JSON object/],
  ["a string", file('"{}"'), /not a JSON object/],
  ["null", file("null"), /not a JSON object/],
  ["a byte order mark", file("\ufeff{}"), /does not begin with '\{'/],
  ["text after the object", file("{}{}"), /end of the text expected/],
  ["zeros after the object", file("{}\0\0"), /end of the text expected/],
  ["invalid UTF-8", file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x7d)), /UTF-8/],
  ["half a surrogate pair", file(`{"\\ud800":${A}}`, 8), /surrogate/],
  ["a tensor twice", file(`{"a":${A},"a":${A}}`, 8), /duplicate key "a"/],
  ["a tensor twice, once escaped", file(`{"a":${A},"\\u0061":${A}}`, 8), /duplicate key "a"/],
  [
    "a field twice",
    file(`{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}`, 8),
    /duplicate key "dtype"/,
  ],
  ["metadata twice", file('{"__metadata__":{},"__metadata__":{}}'), /duplicate key "__metadata__"/],
  ["a metadata key twice", file('{"__metadata__":{"k":"1","k":"2"}}'), /duplicate key "k"/],
  ["metadata that is no object", file('{"__metadata__":["pt"]}'), /__metadata__ is not an object/],
  [
    "minus nothing",
    file(`{"a":${entry("F32", "[-0]", "[0,0]")}}`),
    /shape holds something that is no integer/,
  ],
  ["a number that no double holds", file('{"a":{"x":1e400}}'), /number out of range/],
  ["half a byte", file(`{"a":${entry("F4", "[3]", "[0,2]")}}`, 2), /needs 1.5 bytes/],
  ["metadata of a number", file('{"__metadata__":{"n":1}}'), /__metadata__ "n" is not a string/],
  ["metadata of an object", file('{"__metadata__":{"n":{}}}'), /__metadata__ "n" is not a string/],
  ["deep nesting", file(`{"a":${"[".repeat(100_000)}}`), /levels of nesting/],
  ["an entry that is no object", file('{"a":[1,2]}'), /tensor "a"/, /not an object/],
  [
    "an unknown dtype",
    file(`{"a":${entry("F33", "[2]", "[0,8]")}}`, 8),
    /tensor "a"/,
    /unknown dtype.*"F33"/,
  ],
  ["a dtype in small letters", file(`{"a":${entry("f32", "[2]", "[0,8]")}}`, 8), /unknown dtype/],
  ["a dtype of Object's", file(`{"a":${entry("constructor", "[2]", "[0,8]")}}`, 8), /unknown dtype/],
  ["no dtype", file('{"a":{"shape":[2],"data_offsets":[0,8]}}', 8), /tensor "a"/, /unknown dtype/],
  ["no shape", file('{"a":{"dtype":"F32","data_offsets":[0,8]}}', 8), /tensor "a"/, /shape is missing/],
  ["no offsets", file('{"a":{"dtype":"F32","shape":[2]}}', 8), /tensor "a"/, /data_offsets is missing/],
  [
    "a shape that is a number",
    file(`{"a":${entry("F32", "2", "[0,8]")}}`, 8),
    /shape is missing or not an array/,
  ],
  ["a negative shape", file(`{"a":${entry("F32", "[-2]", "[0,8]")}}`, 8), /tensor "a"/, /negative number -2/],
  ["two negative sizes", file(`{"a":${entry("F32", "[-1,-2]", "[0,8]")}}`, 8), /negative number -1/],
  ["a fractional shape", file(`{"a":${entry("F32", "[0.5,4]", "[0,8]")}}`, 8), /shape.*no integer/],
  ["a shape with an exponent", file(`{"a":${entry("F32", "[2e0]", "[0,8]")}}`, 8), /shape.*no integer/],
  ["a shape of text", file(`{"a":${entry("F32", '["2"]', "[0,8]")}}`, 8), /shape.*no integer/],
  ["a size beyond 2^53", file(`{"a":${entry("F32", "[9007199254740993]", "[0,8]")}}`, 8), /shape overflows/],
  [
    "a size beyond 2^64",
    file(`{"a":${entry("F32", "[18446744073709551618]", "[0,8]")}}`, 8),
    /shape overflows/,
  ],
  [
    "a size of 1,000 digits",
    file(`{"a":${entry("F32", `[${"9".repeat(1000)}]`, "[0,8]")}}`, 8),
    /bad number/,
  ],
  [
    "a shape whose product wraps around to 2",
    file(`{"a":${entry("F32", "[4294967296,4294967296,2]", "[0,8]")}}`, 8),
    /tensor "a"/,
    /overflows/,
  ],
  [
    "a shape whose bytes overflow",
    file(`{"a":${entry("F64", "[9007199254740991]", "[0,8]")}}`, 8),
    /overflows/,
  ],
  ["one offset", file(`{"a":${entry("F32", "[2]", "[8]")}}`, 8), /data_offsets is not a pair/],
  ["three offsets", file(`{"a":${entry("F32", "[2]", "[0,8,16]")}}`, 8), /data_offsets is not a pair/],
  ["negative offsets", file(`{"a":${entry("F32", "[2]", "[-8,0]")}}`, 8), /data_offsets.*negative/],
  ["offsets that run backwards", file(`{"a":${entry("F32", "[2]", "[8,0]")}}`, 8), /end before they begin/],
  [
    "offsets that disagree with the shape",
    file(`{"a":${entry("F32", "[3]", "[0,8]")}}`, 8),
    /tensor "a"/,
    /shape \[3\] of F32 needs 12 bytes, data_offsets \[0, 8\] give 8/,
  ],
  [
    "offsets that disagree with the dtype",
    file(`{"a":${entry("F64", "[2]", "[0,8]")}}`, 8),
    /needs 16 bytes/,
  ],
  [
    "tensors that overlap",
    file(`{"a":${A},"b":${entry("F32", "[2]", "[4,12]")}}`, 12),
    /tensor "b".*overlap tensor "a"/,
  ],
  ["tensors in the same place", file(`{"a":${A},"b":${A}}`, 8), /overlap/],
  [
    "a hole between tensors",
    file(`{"a":${A},"b":${entry("F32", "[1]", "[12,16]")}}`, 16),
    /tensor "b".*hole of 4 bytes/,
  ],
  [
    "a hole before the first",
    file(`{"a":${entry("F32", "[2]", "[4,12]")}}`, 12),
    /tensor "a".*hole of 4 bytes/,
  ],
  ["offsets past the end", file(`{"a":${A}}`, 4), /tensor "a".*past the end: 4 bytes/],
  ["data after the last tensor", file(`{"a":${A}}`, 9), /1 bytes of data belong to no tensor/],
  ["data of no tensor", file("{}", 8), /8 bytes of data belong to no tensor/],
];

for (const [rule, bytes, ...patterns] of HOSTILE) {
  test(`refused: ${rule}`, () => {
    assert.throws(
      () => parseSafetensors(bytes, "hostile.safetensors"),
      checkpointError(/^hostile\.safetensors: /, ...patterns),
    );
  });
}

test("names that could touch prototypes are plain names", () => {
  const header = `{"__proto__":${A},"constructor":${entry("U8", "[1]", "[8,9]")},"__metadata__":{"__proto__":"x"}}`;
  const { tensors, metadata } = parseSafetensors(file(header, 9));
  assert.deepEqual([...tensors.keys()], ["__proto__", "constructor"]);
  assert.deepEqual(Object.entries(metadata), [["__proto__", "x"]]);
  assert.equal(Object.getPrototypeOf(metadata), Object.prototype);
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

test("what the format allows is taken: any order, trailing spaces, empty tensors, fields of the future", () => {
  const header = `{ "b" : ${entry("U8", "[1]", "[8,9]")},"e":${entry("F32", "[5,0]", "[8,8]")}, "a":{"new":{"x":[1.5,null,true]},"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   `;
  const { tensors } = parseSafetensors(file(header, 9));
  assert.deepEqual([...tensors.keys()], ["a", "e", "b"]);
  assert.deepEqual(parseSafetensors(file("{}")).tensors.size, 0);
});

test("files that cannot be opened are named", async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(path.join(folder, "model.safetensors"));
  await assert.rejects(
    readSafetensors(path.join(folder, "model.safetensors")),
    checkpointError(/model\.safetensors: is not a regular file/),
  );
  await assert.rejects(
    readSafetensors(path.join(folder, "none")),
    checkpointError(/none: cannot be opened: ENOENT/),
  );
  const hostile = path.join(folder, "hostile");
  writeFileSync(hostile, HOSTILE[2]![1]);
  await assert.rejects(readSafetensors(hostile), checkpointError(/hostile: the header would have 100 bytes/));
});

test("the Rust library's leniency: space before the object, metadata that is null, fields that mean nothing", () => {
  for (const header of [" {}", "\n\t{} ", '{"__metadata__":null}']) {
    assert.equal(parseSafetensors(file(header)).tensors.size, 0);
  }
  const noted = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"note":[-0,1e300]}}';
  assert.deepEqual(parseSafetensors(file(noted, 8)).tensors.get("a")?.shape, [2]);
});

test("types with which nothing is computed are read as their bytes", () => {
  const shapes: [dtype: string, shape: string, bytes: number][] = [
    ["F8_E4M3", "[3]", 3],
    ["F8_E5M2FNUZ", "[3]", 3],
    ["F6_E2M3", "[4]", 3],
    ["F4", "[3,2]", 3],
    ["C64", "[2]", 16],
  ];
  for (const [dtype, shape, bytes] of shapes) {
    const { tensors } = parseSafetensors(file(`{"a":${entry(dtype, shape, `[0,${bytes}]`)}}`, bytes));
    const { data } = tensors.get("a")!;
    assert.ok(data instanceof Uint8Array && data.length === bytes, dtype);
    assert.throws(() => toFloat32(tensors.get("a")!), checkpointError(new RegExp(dtype)));
  }
  const unsigned = file(`{"a":${entry("U16", "[1]", "[0,2]")},"b":${entry("U64", "[1]", "[2,10]")}}`, 10);
  unsigned.fill(0xff, unsigned.length - 10);
  const { tensors } = parseSafetensors(unsigned);
  assert.equal(toFloat32(tensors.get("a")!)[0], 65535);
  assert.deepEqual(tensors.get("b")!.data, BigUint64Array.of(2n ** 64n - 1n));
});
