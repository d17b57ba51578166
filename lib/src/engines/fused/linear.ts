import type { KernelGradient, FusedKernel } from "./fused-kernel";

/** x * weight^T + bias; see ops/linear.ts. */
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
      backend.float32(bias),
      false,
    );
    return out;
  },
};

export const linearGradient: FusedKernel<"dy" | "x" | "weight"> = {
  name: "LinearGrad",
  compute(backend, { dy, x, weight }) {
    const [rows, columns] = dy.shape as [number, number];
    const inner = x.shape[1]!;
    const { library } = backend;
    const dx = backend.allocate([rows, inner]);
    const dweight = backend.allocate([columns, inner]);
    const dbias = backend.allocate([columns]);
    const slope = backend.operand(dy);
    library.matmul(
      backend.storage(dx),
      slope,
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
    const seen = backend.operand(x);
    backend.noteSquares(
      dweight,
      library.weightGradient(backend.float32(dweight), slope, seen, rows, columns, inner),
    );
    library.columnSum(backend.float32(dbias), backend.float32(dy), rows, columns);
    return [dx, dweight, dbias];
  },
};

export const gradientOfLinear: KernelGradient = {
  of: "Linear",
  saves: ["x", "weight"],
  returns: ["x", "weight", "bias"],
};
