import type { AdamWSettings } from "../fused-kernels";
import type { NativeKernel } from "./native-kernel";

/** The sum of the squares of all elements of all inputs. */
export const squaredSum: NativeKernel = {
  name: "SquaredSum",
  compute(backend, inputs) {
    let sum = 0;
    for (const x of Object.values(inputs)) sum += backend.addon.squaredSum(backend.float32(x));
    return backend.makeTensorInfo([], "float32", Float32Array.of(sum));
  },
};

/** Updates the weight, its bf16 copy and both moments in place, in one pass; see ops/adamw.ts. */
export const adamw: NativeKernel<"parameter" | "gradient" | "firstMoment" | "secondMoment"> = {
  name: "AdamW",
  compute(backend, { parameter, gradient, firstMoment, secondMoment }, attributes) {
    const { learningRate, beta1, beta2, eps, weightDecay, step, gradientScale } =
      attributes as unknown as AdamWSettings;
    backend.addon.adamw(
      backend.float32(parameter),
      backend.float32(gradient),
      backend.float32(firstMoment),
      backend.float32(secondMoment),
      backend.existingCopy(parameter),
      learningRate / (1 - beta1 ** step),
      beta1,
      beta2,
      eps,
      1 - learningRate * weightDecay,
      1 / Math.sqrt(1 - beta2 ** step),
      gradientScale,
    );
    return [];
  },
};
