import { endianness } from "node:os";

/** Element types of stored tensors, under the names of the safetensors format. */
export type DType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";

/** The arrays that hold stored elements. F16 and BF16 are kept as their 16 bits in a Uint16Array. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** A tensor in main memory as a checkpoint stores it: row-major, in its stored type, not yet on an engine. */
export interface HostTensor {
  dtype: DType;
  /** Empty for a scalar. */
  shape: number[];
  /** As many elements as the product of `shape`. */
  data: TypedArray;
}

/** Tensors by name, in the order of the file. */
export type StateDict = Map<string, HostTensor>;

interface ElementType {
  /** Bytes of one element. */
  bytes: number;
  array: {
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
    readonly name: string;
  };
}

/** Size and array type of each element type. */
export const ELEMENT_TYPES: Readonly<Record<DType, ElementType>> = {
  F64: { bytes: 8, array: Float64Array },
  F32: { bytes: 4, array: Float32Array },
  F16: { bytes: 2, array: Uint16Array },
  BF16: { bytes: 2, array: Uint16Array },
  I64: { bytes: 8, array: BigInt64Array },
  I32: { bytes: 4, array: Int32Array },
  I16: { bytes: 2, array: Int16Array },
  I8: { bytes: 1, array: Int8Array },
  U8: { bytes: 1, array: Uint8Array },
  BOOL: { bytes: 1, array: Uint8Array },
};

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
  length: number,
): TypedArray {
  const { bytes, array: ElementArray } = ELEMENT_TYPES[dtype];
  if (bytes > 1 && endianness() !== "LE") {
    throw new Error("Checkpoints can be read and written on little-endian machines only.");
  }
  if (byteOffset % bytes === 0) return new ElementArray(buffer, byteOffset, length);
  return new ElementArray(buffer.slice(byteOffset, byteOffset + length * bytes), 0, length);
}
