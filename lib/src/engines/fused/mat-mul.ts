import * as tf from "../../tfjs";
import { cpuKernel, type FusedKernel } from "./fused-kernel";

const fallback = cpuKernel("BatchMatMul");

/** tf.matMul, in f32. Batches that have to be broadcast are left to the cpu backend. */
export const batchMatMul: FusedKernel<"a" | "b"> = {
  name: "BatchMatMul",
  compute(backend, { a, b }, attributes) {
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const batchShape = a.shape.slice(0, -2);
    const isPlain = a.dtype === "float32" && b.dtype === "float32" && a.shape.every((length) => length > 0);
    const sameBatch = tf.util.arraysEqual(batchShape, b.shape.slice(0, -2));
    const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
    const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
    if (!isPlain || !sameBatch || inner !== k || n === 0) return fallback(backend, { a, b }, attributes);
    const out = backend.allocate([...batchShape, m, n]);
    const batch = tf.util.sizeFromShape(batchShape);
    const [x, y] = [backend.float32(a), backend.float32(b)];
    backend.library.matmul(backend.float32(out), x, y, batch, m, n, k, transposeA, transposeB, null, false);
    return out;
  },
};
