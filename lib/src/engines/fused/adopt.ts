import * as tf from "../../tfjs";
import { FusedBackend } from "./backend";

/** The backend in use, if its tensors lie in memory that every part of the process reaches. */
function openBackend(): FusedBackend | undefined {
  const backend = tf.backend();
  return backend instanceof FusedBackend && backend.adoptsArrays ? backend : undefined;
}

/**
 * A tensor of numbers that are its own from now on: without a copy where the engine in use can work on any memory.
 *
 * @param values  nobody else may change them
 */
export function adoptTensor(values: Float32Array, shape: number[]): tf.Tensor {
  const backend = openBackend();
  if (!backend) return tf.tensor(values, shape);
  return tf.engine().makeTensorFromTensorInfo(backend.adopt(values, shape));
}

/**
 * A tensor's own memory, for a caller that changes it.
 *
 * @returns undefined where the engine in use keeps it elsewhere, or other tensors share it
 */
export function memoryToChange(tensor: tf.Tensor): Float32Array | undefined {
  return openBackend()?.memoryToChange(tensor);
}

/** A tensor's numbers, for a caller that only reads them: without a copy where the engine in use keeps them in the process's memory. */
export function memoryToRead(tensor: tf.Tensor): Float32Array {
  return openBackend()?.float32(tensor) ?? (tensor.dataSync() as Float32Array);
}

/** Some rows of a matrix. */
export interface MatrixRows {
  /** Their numbers, each once. */
  rows: Int32Array;
  /** [rows, columns] */
  values: Float32Array;
}

/** The rows of a matrix that are not zero, where the engine in use keeps it as a sparse one. */
export function sparseRowsOf(tensor: tf.Tensor): MatrixRows | undefined {
  const backend = tf.backend();
  const rows = backend instanceof FusedBackend ? backend.rowsOf(tensor) : undefined;
  if (!rows) return undefined;
  const columns = tensor.shape[1]!;
  const all = (backend as FusedBackend).float32(tensor);
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, index) => values.set(all.subarray(row * columns, (row + 1) * columns), index * columns));
  return { rows, values };
}

/** A matrix of zeros but for some rows, which the engine in use may keep as a sparse one. */
export function sparseMatrix(
  [entries, columns]: readonly [number, number],
  { rows, values }: MatrixRows,
): tf.Tensor {
  const backend = tf.backend();
  const info = backend instanceof FusedBackend ? backend.allocateSparse([entries, columns], rows) : undefined;
  const all = info ? (backend as FusedBackend).float32(info) : new Float32Array(entries * columns);
  rows.forEach((row, index) => {
    all.set(values.subarray(index * columns, (index + 1) * columns), row * columns);
  });
  return info ? tf.engine().makeTensorFromTensorInfo(info) : tf.tensor2d(all, [entries, columns]);
}
