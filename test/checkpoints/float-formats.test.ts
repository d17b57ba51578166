import assert from "node:assert/strict";
import test from "node:test";
import type { HostTensor } from "../../lib/src/checkpoints/dtypes";
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  toFloat32,
} from "../../lib/src/checkpoints/float-formats";

const ALL_PATTERNS = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

test("every float16 has the value that IEEE 754 gives it", () => {
  const values = float16ToFloat32(ALL_PATTERNS);
  for (let bits = 0; bits < 0x10000; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    let expected = sign * 2 ** (exponent - 15) * (1 + fraction);
    if (exponent === 0) expected = sign * 2 ** -14 * fraction;
    if (exponent === 31) expected = fraction === 0 ? sign * Infinity : NaN;
    assert.ok(Object.is(values[bits], expected), `0x${bits.toString(16)}: ${values[bits]}, not ${expected}`);
  }
});

test("every float16 survives the way to float32 and back", () => {
  const back = float32ToFloat16(float16ToFloat32(ALL_PATTERNS));
  for (let bits = 0; bits < 0x10000; bits++) {
    const isNaN = (bits & 0x7fff) > 0x7c00;
    assert.equal(back[bits], isNaN ? (bits & 0x8000) | 0x7e00 : bits);
  }
});

test("rounding to float16 is to nearest, ties to even, between all neighbours", () => {
  // Patterns of one sign ascend with their values, so the middle of two neighbours is decided by their last bit.
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = float16ToFloat32(Uint16Array.of(bits, bits + 1)) as unknown as [number, number];
    const middle = (low + high) / 2;
    const step = (high - low) / 64;
    const rounded = float32ToFloat16(Float32Array.of(middle - step, middle, middle + step, -middle));
    const even = bits % 2 === 0 ? bits : bits + 1;
    assert.deepEqual([...rounded], [bits, even, bits + 1, even | 0x8000], `0x${bits.toString(16)}`);
  }
  const large = float32ToFloat16(Float32Array.of(65504, 65519.99, 65520, -1e30, Infinity, 1e-30, -0));
  assert.deepEqual([...large], [0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x7c00, 0, 0x8000]);
});

test("every bfloat16 survives the way to float32 and back", () => {
  const back = float32ToBfloat16(bfloat16ToFloat32(ALL_PATTERNS));
  for (let bits = 0; bits < 0x10000; bits++) {
    const isNaN = (bits & 0x7fff) > 0x7f80;
    assert.equal(back[bits], isNaN ? bits | 0x40 : bits);
  }
});

test("rounding to bfloat16 is to nearest, ties to even", () => {
  const cases: [number, number][] = [
    [0x3f800000, 0x3f80], // 1
    [0x3f807fff, 0x3f80], // just below the middle
    [0x3f808000, 0x3f80], // the middle: to the even one, below
    [0x3f808001, 0x3f81], // just above the middle
    [0x3f818000, 0x3f82], // the middle: to the even one, above
    [0xbf818000, 0xbf82], // the same, negative
    [0x7f7fffff, 0x7f80], // the largest float32 becomes infinity
    [0x7f800000, 0x7f80],
    [0xff800000, 0xff80],
    [0x80000000, 0x8000], // -0
    [0x00008000, 0x0000], // half of the smallest subnormal
    [0x00018000, 0x0002],
    [0x7f800001, 0x7fc0], // NaN whose kept bits would be those of infinity
  ];
  const inputs = new Float32Array(Uint32Array.from(cases, ([input]) => input).buffer);
  assert.deepEqual(
    [...float32ToBfloat16(inputs)],
    cases.map(([, rounded]) => rounded),
  );
});

test("toFloat32 takes every dtype", () => {
  const f32 = Float32Array.of(0.1, -2);
  const cases: [HostTensor["dtype"], HostTensor["data"], number[]][] = [
    ["F64", Float64Array.of(0.1, 1e300), [Math.fround(0.1), Infinity]],
    ["F16", Uint16Array.of(0x3c00, 0xc100), [1, -2.5]],
    ["BF16", Uint16Array.of(0x3f80, 0xc020), [1, -2.5]],
    ["I64", BigInt64Array.of(-3n, 2n ** 40n), [-3, 2 ** 40]],
    ["I32", Int32Array.of(-3, 2 ** 24 + 1), [-3, 2 ** 24]],
    ["I16", Int16Array.of(-3, 4), [-3, 4]],
    ["I8", Int8Array.of(-3, 4), [-3, 4]],
    ["U8", Uint8Array.of(3, 255), [3, 255]],
    ["BOOL", Uint8Array.of(0, 255), [0, 1]],
  ];
  for (const [dtype, data, expected] of cases) {
    assert.deepEqual([...toFloat32({ dtype, shape: [2], data })], expected, dtype);
  }
  assert.equal(toFloat32({ dtype: "F32", shape: [2], data: f32 }), f32, "float32 is not copied");
});
