import type { AdamWSettings } from "../fused-kernels";
import { allocate, runShader, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

const SHADER: Shader = {
  name: "AdamW",
  writes: ["updated", "first", "second"],
  reads: ["weight", "gradient"],
  settings: {
    size: "u32",
    beta1: "f32",
    rest1: "f32",
    beta2: "f32",
    rest2: "f32",
    eps: "f32",
    decay: "f32",
    stepSize: "f32",
    inverseCorrection: "f32",
    gradientScale: "f32",
  },
  groupSize: 256,
  body: `
  if (flat >= settings.size) { return; }
  let g = gradient[flat] * settings.gradientScale;
  let m = settings.beta1 * first[flat] + settings.rest1 * g;
  let v = settings.beta2 * second[flat] + settings.rest2 * g * g;
  first[flat] = m;
  second[flat] = v;
  updated[flat] = settings.decay * weight[flat] - settings.stepSize * m / (sqrt(v) * settings.inverseCorrection + settings.eps);`,
};

/**
 * AdamW in one pass: see ops/adamw.ts. The moments are updated in their memory; the weight goes to new memory, because its own may be
 * that of a tensor which somebody else holds.
 */
export const adamw: WebGpuKernel<"parameter" | "gradient" | "firstMoment" | "secondMoment"> = {
  name: "AdamW",
  compute(backend, { parameter, gradient, firstMoment, secondMoment }, attributes) {
    const { learningRate, beta1, beta2, eps, weightDecay, step, gradientScale } =
      attributes as unknown as AdamWSettings;
    const updated = allocate(backend, parameter.shape);
    const size = parameter.shape.reduce((product, length) => product * length, 1);
    runShader(backend, SHADER, {
      writes: [updated, firstMoment, secondMoment],
      reads: [parameter, gradient],
      settings: {
        ...{ size, beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, eps, gradientScale },
        decay: 1 - learningRate * weightDecay,
        stepSize: learningRate / (1 - beta1 ** step),
        inverseCorrection: 1 / Math.sqrt(1 - beta2 ** step),
      },
      groups: Math.ceil(size / SHADER.groupSize),
    });
    return updated;
  },
};
