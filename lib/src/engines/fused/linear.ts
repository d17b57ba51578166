import type * as tf from "@tensorflow/tfjs-core";
import type { FusedKernel } from "./fused-kernel";

/** x * weight^T + bias, which may be missing; see ops/linear.ts. */
export const linear: FusedKernel<"x" | "weight" | "bias"> = {
  name: "Linear",
  compute(backend, { x, weight, bias }) {
    const [rows, inner] = x.shape as [number, number];
    const columns = weight.shape[0]!;
    const out = backend.allocate([rows, columns]);
    backend.library.matmul(
      backend.storage(out),
      backend.operand(x),
      backend.operand(weight),
      1,
      rows,
      columns,
      inner,
      false,
      true,
      (bias as tf.TensorInfo | undefined) ? backend.float32(bias) : null,
      false,
    );
    return out;
  },
};

/** The same of a weight that is not trained: its gradient needs less. */
export const frozenLinear: FusedKernel<"x" | "weight" | "bias"> = { ...linear, name: "FrozenLinear" };

/** dy * weight */
export const linearInputGradient: FusedKernel<"dy" | "weight"> = {
  name: "LinearInputGrad",
  compute(backend, { dy, weight }) {
    const [rows, columns] = dy.shape as [number, number];
    const inner = weight.shape[1]!;
    const dx = backend.allocate([rows, inner]);
    backend.library.matmul(
      backend.storage(dx),
      backend.operand(dy),
      backend.operand(weight),
      1,
      rows,
      inner,
      columns,
      false,
      false,
      null,
      false,
    );
    return dx;
  },
};

/** dy^T * x */
export const linearWeightGradient: FusedKernel<"dy" | "x"> = {
  name: "LinearWeightGrad",
  compute(backend, { dy, x }) {
    const [rows, columns] = dy.shape as [number, number];
    const inner = x.shape[1]!;
    const dweight = backend.allocate([columns, inner]);
    const [slope, seen] = [backend.operand(dy), backend.operand(x)];
    const squares = backend.library.weightGradient(
      backend.float32(dweight),
      slope,
      seen,
      rows,
      columns,
      inner,
    );
    backend.noteSquares(dweight, squares);
    return dweight;
  },
};

/** The sums of dy's columns. */
export const linearBiasGradient: FusedKernel<"dy"> = {
  name: "LinearBiasGrad",
  compute(backend, { dy }) {
    const [rows, columns] = dy.shape as [number, number];
    const dbias = backend.allocate([columns]);
    backend.library.columnSum(backend.float32(dbias), backend.float32(dy), rows, columns);
    return dbias;
  },
};
