import { endianness } from "../platform/machine";

/** Element types with which this library computes, under the names of the safetensors format. */
export type NumericDType =
  "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U64" | "U32" | "U16" | "U8" | "BOOL";

/** Those that are read and written as they are: quantised and complex numbers. */
export type OpaqueDType =
  "C64" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" | "F6_E2M3" | "F6_E3M2" | "F4";

/** Element types of stored tensors. */
export type DType = NumericDType | OpaqueDType;

/** The arrays that hold stored elements. F16 and BF16 are kept as their 16 bits in a Uint16Array, opaque types as bytes. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Uint16Array
  | BigInt64Array
  | BigUint64Array
  | Uint32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** A tensor in main memory as a checkpoint stores it: row-major, in its stored type, not yet on an engine. */
export interface HostTensor {
  dtype: DType;
  /** Empty for a scalar. */
  shape: number[];
  /** As many elements as the product of `shape`; the bytes of an opaque type. */
  data: TypedArray;
}

/** Tensors by name, in the order of the file. */
export type StateDict = Map<string, HostTensor>;

interface ElementType {
  bits: number;
  array: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
    readonly name: string;
  };
}

/** Size and array type of each element type with which we compute. */
const NUMERIC_TYPES: Readonly<Record<NumericDType, ElementType>> = {
  F64: { bits: 64, array: Float64Array },
  F32: { bits: 32, array: Float32Array },
  F16: { bits: 16, array: Uint16Array },
  BF16: { bits: 16, array: Uint16Array },
  I64: { bits: 64, array: BigInt64Array },
  I32: { bits: 32, array: Int32Array },
  I16: { bits: 16, array: Int16Array },
  I8: { bits: 8, array: Int8Array },
  U64: { bits: 64, array: BigUint64Array },
  U32: { bits: 32, array: Uint32Array },
  U16: { bits: 16, array: Uint16Array },
  U8: { bits: 8, array: Uint8Array },
  BOOL: { bits: 8, array: Uint8Array },
};

/** Size and array type of each element type. */
export const ELEMENT_TYPES: Readonly<Record<DType, ElementType>> = {
  ...NUMERIC_TYPES,
  C64: { bits: 64, array: Uint8Array },
  F8_E5M2: { bits: 8, array: Uint8Array },
  F8_E4M3: { bits: 8, array: Uint8Array },
  F8_E8M0: { bits: 8, array: Uint8Array },
  F8_E4M3FNUZ: { bits: 8, array: Uint8Array },
  F8_E5M2FNUZ: { bits: 8, array: Uint8Array },
  F6_E2M3: { bits: 6, array: Uint8Array },
  F6_E3M2: { bits: 6, array: Uint8Array },
  F4: { bits: 4, array: Uint8Array },
};

export function isNumericDType(dtype: DType): dtype is NumericDType {
  return Object.hasOwn(NUMERIC_TYPES, dtype);
}

/** Bytes of so many elements; no whole number where elements of less than a byte do not fill one. */
export function byteLength(dtype: DType, elements: number): number {
  return (elements * ELEMENT_TYPES[dtype].bits) / 8;
}

export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(ELEMENT_TYPES, value);
}

/**
 * Number of elements of a shape; 1 for a scalar (`[]`).
 *
 * @returns undefined if the product is beyond 2^53 - 1, or a size is negative or no integer
 */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (count > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return count;
}

/**
 * Elements in little-endian bytes, as a typed array: a view where the address is a multiple of the element
 * size, else (files may place a tensor anywhere) a copy of these bytes only.
 */
export function elementsAt(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  bytes: number,
): TypedArray {
  const { array: ElementArray } = ELEMENT_TYPES[dtype];
  const size = ElementArray.BYTES_PER_ELEMENT;
  if (size > 1 && endianness() !== "LE") {
    throw new Error("Checkpoints can be read and written on little-endian machines only.");
  }
  if (byteOffset % size === 0) return new ElementArray(buffer, byteOffset, bytes / size);
  return new ElementArray(buffer.slice(byteOffset, byteOffset + bytes), 0, bytes / size);
}
