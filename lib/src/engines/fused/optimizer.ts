import type { AdamWSettings } from "../fused-kernels";
import type { FusedKernel } from "./fused-kernel";

/** The sum of the squares of all elements of all inputs. */
export const squaredSum: FusedKernel = {
  name: "SquaredSum",
  compute(backend, inputs) {
    let sum = 0;
    for (const x of Object.values(inputs)) {
      const known = backend.squaresOf(x);
      if (known !== undefined) {
        sum += known;
        continue;
      }
      const rows = backend.rowsOf(x);
      const values = backend.float32(x);
      sum += rows
        ? backend.library.squaredSumRows(values, rows, x.shape.at(-1)!)
        : backend.library.squaredSum(values);
    }
    return backend.makeTensorInfo([], "float32", Float32Array.of(sum));
  },
};

/**
 * Updates the weight, its bf16 copy and both moments in place, in one pass; see ops/adamw.ts. Where most rows of a
 * table have no gradient, theirs is made up for later.
 */
export const adamw: FusedKernel<"parameter" | "gradient" | "firstMoment" | "secondMoment"> = {
  name: "AdamW",
  compute(backend, { parameter, gradient, firstMoment, secondMoment }, attributes) {
    const { learningRate, beta1, beta2, eps, weightDecay, step, gradientScale } =
      attributes as unknown as AdamWSettings;
    const rows = backend.rowsOf(gradient);
    if (rows && !backend.existingCopy(parameter)) {
      const settings = attributes as unknown as AdamWSettings;
      const moments = { first: firstMoment, second: secondMoment };
      backend.lazyTable(parameter, moments, settings).update(backend.float32(gradient), rows, settings);
      return [];
    }
    backend.library.adamw(
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
