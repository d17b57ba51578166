import type { AdamWSettings } from "../fused-kernels";
import type { HostKernel } from "./host-kernel";

/**
 * AdamW in one pass. The moments are updated in their memory; the weight goes to new memory, because its own may be an
 * array of the caller's, which tfjs's cpu backend takes over as it is.
 */
export const adamw: HostKernel<"parameter" | "gradient" | "firstMoment" | "secondMoment"> = {
  name: "AdamW",
  compute(memory, inputs, attributes) {
    const { learningRate, beta1, beta2, eps, weightDecay, step, gradientScale } =
      attributes as unknown as AdamWSettings;
    const out = memory.allocate(inputs.parameter.shape, "float32");
    const updated = memory.float32(out);
    const weight = memory.float32(inputs.parameter);
    const gradient = memory.float32(inputs.gradient);
    const first = memory.float32(inputs.firstMoment);
    const second = memory.float32(inputs.secondMoment);
    const decay = 1 - learningRate * weightDecay;
    const stepSize = learningRate / (1 - beta1 ** step);
    const inverseCorrection = 1 / Math.sqrt(1 - beta2 ** step);
    for (let i = 0; i < updated.length; i++) {
      const g = gradient[i]! * gradientScale;
      const m = beta1 * first[i]! + (1 - beta1) * g;
      const v = beta2 * second[i]! + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      updated[i] = decay * weight[i]! - (stepSize * m) / (Math.sqrt(v) * inverseCorrection + eps);
    }
    return out;
  },
};
