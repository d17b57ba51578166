import { CheckpointError } from "../errors";
import { type HostTensor, isNumericDType } from "./dtypes";

/** Bits of the float32 with the value of each of the 65,536 float16 bit patterns; made at first use. */
let float16Table: Uint32Array | undefined;

function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  let exponent = (half >> 10) & 0x1f;
  let mantissa = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
  if (exponent === 0) {
    if (mantissa === 0) return sign >>> 0;
    // Subnormal: every one of them is a normal float32.
    exponent = 1;
    while ((mantissa & 0x400) === 0) {
      mantissa <<= 1;
      exponent -= 1;
    }
    mantissa &= 0x3ff;
  }
  return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
}

/** Exact values of IEEE half-precision bit patterns; NaN keeps its payload. */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  float16Table ??= Uint32Array.from({ length: 0x10000 }, (_, half) => float16Bits(half));
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = float16Table[halves[i]!]!;
  return new Float32Array(bits.buffer);
}

/** Exact values of bfloat16 bit patterns, which are the upper halves of float32s. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/**
 * Rounds to bfloat16, to nearest with ties to even as PyTorch and the hardware do; NaN becomes a quiet NaN.
 *
 * @returns bit patterns
 */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    // Adding 0x7fff and the lowest kept bit carries into the kept half exactly where rounding goes up.
    halves[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/**
 * Rounds to IEEE half precision, to nearest with ties to even; what is too large becomes infinite, NaN a quiet NaN.
 *
 * @returns bit patterns
 */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) halves[i] = sign | 0x7e00;
    else if (magnitude >= 0x477ff000) halves[i] = sign | 0x7c00;
    else if (magnitude >= 0x38800000) {
      // A normal half: the exponent is rebased, and a carry out of the mantissa goes into it as it should.
      halves[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    } else {
      // A subnormal half is a whole number of steps of 2^-24; Math.abs and the product are exact.
      halves[i] = sign | roundHalfToEven(Math.abs(values[i]!) * 2 ** 24);
    }
  }
  return halves;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest > 0.5 ? below + 1 : below;
  return below + (below % 2);
}

/**
 * A stored tensor's elements as float32: exact from F16, BF16 and the short integers, rounded to nearest from
 * F64, I64, U64, I32 and U32; BOOL gives 0 and 1.
 *
 * @returns the tensor's own array where it is F32 already (not a copy), else a new one
 * @throws CheckpointError for quantised and complex numbers
 * @example
 * const { tensors } = await readSafetensors("model.safetensors");
 * for (const [name, tensor] of tensors) console.log(name, toFloat32(tensor)[0]);
 */
export function toFloat32(tensor: HostTensor): Float32Array {
  const { dtype, data } = tensor;
  if (!isNumericDType(dtype)) {
    throw new CheckpointError(
      `A tensor of type ${dtype} cannot be computed with; store it as F32, F16 or BF16.`,
    );
  }
  if (data instanceof Float32Array) return data;
  if (dtype === "BF16") return bfloat16ToFloat32(data as Uint16Array);
  if (dtype === "F16") return float16ToFloat32(data as Uint16Array);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  if (dtype === "BOOL") return Float32Array.from(data, (value) => (value === 0 ? 0 : 1));
  return new Float32Array(data);
}
