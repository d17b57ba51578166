import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { DropoutAttributes } from "../fused-kernels";
import type { WebGpuBackend } from "./backend";
import { DROPOUT, DROPOUT_SETTINGS, dropoutSettings } from "./dropout";
import { allocate, groupSum, runShader, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

/** A group has a row. */
const GROUP = 64;
/** Rows up to this length are held by their group: devices give it 16 KB. */
const HELD = 3840;

/** What is normalised: x, with dropout or without, alone or on top of a residual. */
interface Form {
  columns: number;
  adds: boolean;
  drops: boolean;
}

/** See ops/layer-norm.ts. */
export const layerNorm: WebGpuKernel<"x" | "gamma" | "beta"> = {
  name: "LayerNorm",
  compute: (backend, inputs, { eps }) => forward(backend, inputs, eps as number, NO_DROPOUT),
};

export const layerNormGradient: WebGpuKernel<"dy" | "x" | "gamma"> = {
  name: "LayerNormGrad",
  compute(backend, inputs, { eps }) {
    const { dx, dgamma, dbeta } = backward(backend, inputs, eps as number, NO_DROPOUT);
    return [dx, dgamma, dbeta];
  },
};

/** See ops/dropout-add-layer-norm.ts. */
export const dropoutAddLayerNorm: WebGpuKernel<"x" | "residual" | "gamma" | "beta"> = {
  name: "DropoutAddLayerNorm",
  compute: (backend, inputs, attributes) =>
    forward(backend, inputs, attributes.eps as number, attributes as unknown as DropoutAttributes),
};

export const dropoutAddLayerNormGradient: WebGpuKernel<"dy" | "x" | "residual" | "gamma"> = {
  name: "DropoutAddLayerNormGrad",
  compute(backend, inputs, attributes) {
    const dropout = attributes as unknown as DropoutAttributes;
    const { dx, dresidual, dgamma, dbeta } = backward(backend, inputs, attributes.eps as number, dropout);
    return [dx, dresidual, dgamma, dbeta];
  },
};

const NO_DROPOUT: DropoutAttributes = { rate: 0, seed: 0, site: 0, step: 0, first: 0 };

interface Inputs {
  x: TensorInfo;
  residual?: TensorInfo;
  gamma: TensorInfo;
}

function forward(
  backend: WebGpuBackend,
  { x, residual, gamma, beta }: Inputs & { beta: TensorInfo },
  eps: number,
  dropout: DropoutAttributes,
): TensorInfo {
  const [rows, columns] = x.shape as [number, number];
  const out = allocate(backend, x.shape);
  const form = { columns, adds: residual !== undefined, drops: dropout.rate > 0 };
  runShader(backend, forwardShader(form), {
    writes: [out],
    reads: [x, ...(residual ? [residual] : []), gamma, beta],
    settings: { rows, eps, ...dropoutSettings(dropout) },
    groups: rows,
  });
  return out;
}

function backward(
  backend: WebGpuBackend,
  { dy, x, residual, gamma }: Inputs & { dy: TensorInfo },
  eps: number,
  dropout: DropoutAttributes,
) {
  const [rows, columns] = x.shape as [number, number];
  const form = { columns, adds: residual !== undefined, drops: dropout.rate > 0 };
  const dx = allocate(backend, x.shape);
  const normalised = allocate(backend, x.shape);
  // Without dropout both terms of the sum have the same gradient, and share its memory.
  const separate = form.adds && form.drops;
  const dresidual = separate ? allocate(backend, x.shape) : dx;
  if (form.adds && !separate) backend.incRef(dx.dataId);
  runShader(backend, backwardShader(form), {
    writes: [dx, ...(separate ? [dresidual] : []), normalised],
    reads: [dy, x, ...(residual ? [residual] : []), gamma],
    settings: { rows, eps, ...dropoutSettings(dropout) },
    groups: rows,
  });
  const dgamma = allocate(backend, gamma.shape);
  const dbeta = allocate(backend, gamma.shape);
  runShader(backend, COLUMN_SUMS, {
    writes: [dgamma, dbeta],
    reads: [dy, normalised],
    settings: { rows, columns },
    groups: Math.ceil(columns / COLUMNS_A_GROUP),
  });
  backend.disposeData(normalised.dataId);
  return { dx, dresidual, dgamma, dbeta };
}

/** The rows' mean and inverse deviation, after the first look at each value; from then on `VALUE` is one of column c. */
function statisticsOf({ columns, adds, drops }: Form) {
  const held = columns <= HELD;
  const value = `x[at + c]${drops ? " * dropout_factor(at + c)" : ""}${adds ? " + residual[at + c]" : ""}`;
  const again = held ? "row[c]" : value;
  const each = (body: string) => `for (var c = local; c < ${columns}u; c += ${GROUP}u) { ${body} }`;
  return {
    again,
    each,
    name: `${columns}${adds ? " +" : ""}${drops ? " dropout" : ""}`,
    declarations: `${drops ? DROPOUT : ""}${groupSum(GROUP)}${held ? `\nvar<workgroup> row: array<f32, ${columns}>;` : ""}`,
    code: `
  let number = group.y * groups.x + group.x;
  if (number >= settings.rows) { return; }
  let at = number * ${columns}u;
  var sum = 0.0;
  ${each(`let value = ${value}; ${held ? "row[c] = value; " : ""}sum += value;`)}
  let mean = group_sum(local, sum) / ${columns}.0;
  var squares = 0.0;
  ${each(`let centred = ${again} - mean; squares += centred * centred;`)}
  let inverse = 1.0 / sqrt(group_sum(local, squares) / ${columns}.0 + settings.eps);`,
  };
}

const SETTINGS = { rows: "u32", eps: "f32", ...DROPOUT_SETTINGS } as const;

function forwardShader(form: Form): Shader {
  const { name, declarations, code, again, each } = statisticsOf(form);
  return {
    name: `LayerNorm ${name}`,
    writes: ["y"],
    reads: ["x", ...(form.adds ? ["residual"] : []), "gamma", "beta"],
    settings: SETTINGS,
    groupSize: GROUP,
    declarations,
    body: `${code}
  ${each(`y[at + c] = (${again} - mean) * inverse * gamma[c] + beta[c];`)}`,
  };
}

function backwardShader(form: Form): Shader {
  const { name, declarations, code, again, each } = statisticsOf(form);
  const separate = form.adds && form.drops;
  return {
    name: `LayerNormGrad ${name}`,
    writes: ["dx", ...(separate ? ["dresidual"] : []), "normalised"],
    reads: ["dy", "x", ...(form.adds ? ["residual"] : []), "gamma"],
    settings: SETTINGS,
    groupSize: GROUP,
    declarations,
    body: `${code}
  var slopes = 0.0;
  var projections = 0.0;
  ${each(`
    let value = (${again} - mean) * inverse;
    let slope = dy[at + c] * gamma[c];
    normalised[at + c] = value;
    slopes += slope;
    projections += slope * value;`)}
  let slope_mean = group_sum(local, slopes) / ${form.columns}.0;
  let projection_mean = group_sum(local, projections) / ${form.columns}.0;
  ${each(`
    let slope = (dy[at + c] * gamma[c] - slope_mean - normalised[at + c] * projection_mean) * inverse;
    ${separate ? "dresidual[at + c] = slope;" : ""}
    dx[at + c] = slope${form.drops ? " * dropout_factor(at + c)" : ""};`)}`,
  };
}

const COLUMNS_A_GROUP = 64;
/** As many invocations share a column's rows. */
const LANES = 4;

const COLUMN_SUMS: Shader = {
  name: "LayerNormGrad columns",
  writes: ["dgamma", "dbeta"],
  reads: ["dy", "normalised"],
  settings: { rows: "u32", columns: "u32" },
  groupSize: COLUMNS_A_GROUP * LANES,
  declarations: `var<workgroup> sums: array<vec2<f32>, ${COLUMNS_A_GROUP * LANES}>;`,
  body: `
  let c = group.x * ${COLUMNS_A_GROUP}u + local % ${COLUMNS_A_GROUP}u;
  var sum = vec2<f32>(0.0, 0.0);
  if (c < settings.columns) {
    for (var r = local / ${COLUMNS_A_GROUP}u; r < settings.rows; r += ${LANES}u) {
      let slope = dy[r * settings.columns + c];
      sum += vec2<f32>(slope * normalised[r * settings.columns + c], slope);
    }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local < ${COLUMNS_A_GROUP}u && c < settings.columns) {
    for (var lane = 1u; lane < ${LANES}u; lane++) { sum += sums[local + lane * ${COLUMNS_A_GROUP}u]; }
    dgamma[c] = sum.x;
    dbeta[c] = sum.y;
  }`,
};
