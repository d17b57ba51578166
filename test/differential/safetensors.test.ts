import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { ELEMENT_TYPES, type DType } from "../../lib/src/checkpoints/dtypes";
import { parseSafetensors } from "../../lib/src/checkpoints/safetensors";
import { CheckpointError } from "../../lib/src/errors";
import { mutate, Random } from "../checkpoints/support";
import { askPython, pythonWith } from "../python";

const FILES = 2000;
const { python, skip } = pythonWith("safetensors");

const DTYPES = Object.keys(ELEMENT_TYPES) as DType[];
const NUMBERS = [
  "-0",
  "1e400",
  "1.0",
  "1e2",
  "0",
  "00",
  "+1",
  "18446744073709551616",
  "-1",
  "4",
  "true",
  '"4"',
];
const EXTRAS = [
  '"note":-0',
  '"note":1e400',
  '"note":null',
  '"note":{"a":[1.5]}',
  '"dtype":"F32"',
  '"shape":[2]',
];
const NAMES = [
  "w",
  "é",
  "__proto__",
  "a\\u0000b",
  "\\ud83d\\ude00",
  "\\ud83d",
  "constructor",
  "",
  "__metadata__",
];

/** A file that is whole, or nearly. */
function file(random: Random): Buffer {
  const entries: string[] = [];
  let bytes = 0;
  for (let i = random.below(4); i >= 0; i--) {
    const dtype = random.pick(DTYPES);
    const shape = Array.from({ length: random.below(3) }, () => random.below(5));
    // Elements of less than a byte have to fill their bytes, as a rule.
    if (ELEMENT_TYPES[dtype].bits < 8 && random.below(4) > 0) shape.push(4);
    const bits = shape.reduce((product, size) => product * size, 1) * ELEMENT_TYPES[dtype].bits;
    const end = bytes + Math.ceil(bits / 8);
    const sizes = shape.map(String);
    if (random.below(20) === 0) sizes.push(random.pick(NUMBERS));
    const offsets = random.below(40) === 0 ? [String(bytes), random.pick(NUMBERS)] : [bytes, end].map(String);
    const type = random.below(60) === 0 ? random.pick(["f32", "F128", "", "F8", "toString"]) : dtype;
    const fields = [
      `"dtype":"${type}"`,
      `"shape":[${sizes.join(",")}]`,
      `"data_offsets":[${offsets.join(",")}]`,
    ];
    if (random.below(10) === 0) fields.push(random.pick(EXTRAS));
    if (random.below(60) === 0) fields.splice(random.below(fields.length), 1);
    const name = random.below(15) === 0 ? random.pick(NAMES) : `t${i}`;
    entries.push(`"${name}":{${fields.join(random.below(6) === 0 ? " ,\n" : ",")}}`);
    bytes = end;
  }
  if (random.below(4) === 0) {
    entries.push(
      random.pick(['"__metadata__":{"format":"pt"}', '"__metadata__":null', '"__metadata__":{"a":1}']),
    );
  }
  const lead = random.below(20) === 0 ? " " : "";
  const tail = random.pick(["", "", "", "", "", "", "   ", "\n", "\0", "x"]);
  const json = Buffer.from(`${lead}{${entries.join(",")}}${tail}`);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length + (random.below(20) === 0 ? random.below(3) - 1 : 0)));
  const data = Buffer.from(
    Array.from({ length: bytes + (random.below(25) === 0 ? 1 : 0) }, () => random.below(256)),
  );
  const whole = Buffer.concat([head, json, data]);
  return random.below(6) === 0 ? Buffer.from(mutate(whole, random)) : whole;
}

type Judgement = Record<string, [dtype: string, shape: number[], hex: string]> | null;

function judge(bytes: Buffer): Judgement {
  try {
    const { tensors } = parseSafetensors(bytes);
    return Object.fromEntries(
      Array.from(tensors, ([name, { dtype, shape, data }]) => {
        const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
        return [name, [dtype, shape, hex]];
      }),
    );
  } catch (error) {
    assert.ok(error instanceof CheckpointError, String(error));
    return null;
  }
}

test(`${FILES} safetensors files are judged as the Rust library judges them`, { skip }, () => {
  const random = new Random(11);
  const files = Array.from({ length: FILES }, () => file(random));
  const script = path.join(__dirname, "judge_safetensors.py");
  const theirs = askPython(
    python,
    script,
    [],
    files.map((bytes) => bytes.toString("hex")),
  ) as Judgement[];
  const accepted = theirs.filter((each) => each !== null).length;
  assert.ok(accepted > FILES / 4 && accepted < (3 * FILES) / 4, `${accepted} accepted: too one-sided`);
  const different: string[] = [];
  for (const [i, bytes] of files.entries()) {
    const ours = judge(bytes);
    try {
      assert.deepEqual(ours, theirs[i]);
    } catch {
      const verdict = `${ours ? "taken" : "refused"}, by Rust ${theirs[i] ? "taken" : "refused"}`;
      different.push(`${verdict}: ${bytes.toString("latin1").slice(8, 400)}`);
    }
  }
  assert.deepEqual(different, []);
});
