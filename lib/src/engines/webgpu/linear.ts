import * as tf from "../../tfjs";
import type { WebGpuBackend } from "./backend";
import { allocate, runShader, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

/** x * weight^T + bias, which may be missing; see ops/linear.ts. The product is tfjs's. */
export const linear: WebGpuKernel<"x" | "weight" | "bias"> = {
  name: "Linear",
  compute: (backend, { x, weight, bias }) => product(backend, x, weight, { transposeB: true }, bias),
};

/** The same of a weight that is not trained: its gradient needs less. */
export const frozenLinear: WebGpuKernel<"x" | "weight" | "bias"> = { ...linear, name: "FrozenLinear" };

/** dy * weight */
export const linearInputGradient: WebGpuKernel<"dy" | "weight"> = {
  name: "LinearInputGrad",
  compute: (backend, { dy, weight }) => product(backend, dy, weight, {}),
};

/** dy^T * x */
export const linearWeightGradient: WebGpuKernel<"dy" | "x"> = {
  name: "LinearWeightGrad",
  compute: (backend, { dy, x }) => product(backend, dy, x, { transposeA: true }),
};

/** The sums of dy's columns. */
export const linearBiasGradient: WebGpuKernel<"dy"> = {
  name: "LinearBiasGrad",
  compute(backend, { dy }) {
    const [rows, columns] = dy.shape as [number, number];
    const out = allocate(backend, [columns]);
    runShader(backend, COLUMN_SUMS, {
      writes: [out],
      reads: [dy],
      settings: { rows, columns },
      groups: Math.ceil(columns / COLUMNS_A_GROUP),
    });
    return out;
  },
};

function product(
  backend: WebGpuBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA = false, transposeB = false },
  bias?: tf.TensorInfo,
): tf.TensorInfo {
  const [one, other] = [a, b].map((x) => ({ ...x, shape: [1, ...x.shape] }));
  const { kernelFunc } = tf.getKernel("_FusedMatMul", "webgpu");
  const inputs = { a: one!, b: other!, ...(bias && { bias }) };
  const out = kernelFunc({
    inputs,
    backend,
    attrs: { transposeA, transposeB, activation: "linear" },
  }) as tf.TensorInfo;
  return { ...out, shape: out.shape.slice(1) };
}

const COLUMNS_A_GROUP = 64;
/** As many invocations share a column's rows. */
const LANES = 4;

const COLUMN_SUMS: Shader = {
  name: "LinearBiasGrad",
  writes: ["dbias"],
  reads: ["dy"],
  settings: { rows: "u32", columns: "u32" },
  groupSize: COLUMNS_A_GROUP * LANES,
  declarations: `var<workgroup> sums: array<f32, ${COLUMNS_A_GROUP * LANES}>;`,
  body: `
  let c = group.x * ${COLUMNS_A_GROUP}u + local % ${COLUMNS_A_GROUP}u;
  var sum = 0.0;
  if (c < settings.columns) {
    for (var r = local / ${COLUMNS_A_GROUP}u; r < settings.rows; r += ${LANES}u) { sum += dy[r * settings.columns + c]; }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local < ${COLUMNS_A_GROUP}u && c < settings.columns) {
    for (var lane = 1u; lane < ${LANES}u; lane++) { sum += sums[local + lane * ${COLUMNS_A_GROUP}u]; }
    dbias[c] = sum;
  }`,
};
