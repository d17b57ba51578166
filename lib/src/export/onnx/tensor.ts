import { float32ToFloat16 } from "../../checkpoints/float-formats";

/** ONNX's numbers for types of elements. @see TensorProto.DataType in onnx.proto */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
export type DataType = keyof typeof DATA_TYPE;

/** A constant of a graph. */
export interface OnnxTensor {
  type: DataType;
  shape: readonly number[];
  /** Row by row, little-endian. */
  bytes: Uint8Array;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

export const floats = (
  values: Float32Array,
  shape: readonly number[],
  type: "float32" | "float16" = "float32",
): OnnxTensor => ({
  type,
  shape,
  bytes: bytesOf(type === "float16" ? float32ToFloat16(values) : values),
});

export const integers = (values: readonly number[], shape = [values.length]): OnnxTensor => ({
  type: "int64",
  shape,
  bytes: bytesOf(BigInt64Array.from(values, BigInt)),
});

export const bytes = (values: Int8Array | Uint8Array, shape: readonly number[]): OnnxTensor => ({
  type: values instanceof Int8Array ? "int8" : "uint8",
  shape,
  bytes: bytesOf(values),
});

/** [rows, columns] to [columns, rows] */
export function transposed<T extends Float32Array | Int8Array>(values: T, rows: number, columns: number): T {
  const result = values.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column]!;
    }
  }
  return result;
}
