import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { WebGpuBackend } from "./backend";
import { allocate, runShader, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

/** The normal distribution. @see Abramowitz and Stegun 1964, 7.1.26, as tfjs's erf has it: within 1.5e-7 */
const NORMAL = `
fn normal(x: f32) -> f32 {
  let z = abs(x) * 0.7071067811865476;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * exp(-z * z);
  return select(0.5 * tail, 1.0 - 0.5 * tail, x >= 0.0);
}`;

const FORWARD: Shader = {
  name: "Gelu",
  writes: ["y"],
  reads: ["x"],
  settings: { size: "u32" },
  groupSize: 256,
  declarations: NORMAL,
  body: "if (flat < settings.size) { y[flat] = x[flat] * normal(x[flat]); }",
};

const BACKWARD: Shader = {
  ...FORWARD,
  name: "GeluGrad",
  writes: ["dx"],
  reads: ["dy", "x"],
  body: `
  if (flat >= settings.size) { return; }
  let value = x[flat];
  dx[flat] = dy[flat] * (normal(value) + value * exp(-0.5 * value * value) * 0.3989422804014327);`,
};

/** See ops/gelu.ts. */
export const gelu: WebGpuKernel<"x"> = {
  name: "Gelu",
  compute: (backend, { x }) => ofEach(backend, FORWARD, [x]),
};

export const geluGradient: WebGpuKernel<"dy" | "x"> = {
  name: "GeluGrad",
  compute: (backend, { dy, x }) => ofEach(backend, BACKWARD, [dy, x]),
};

function ofEach(backend: WebGpuBackend, shader: Shader, reads: [TensorInfo, ...TensorInfo[]]): TensorInfo {
  const out = allocate(backend, reads[0].shape);
  const size = out.shape.reduce((product, length) => product * length, 1);
  runShader(backend, shader, {
    writes: [out],
    reads,
    settings: { size },
    groups: Math.ceil(size / shader.groupSize),
  });
  return out;
}
