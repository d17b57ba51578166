import type * as tf from "@tensorflow/tfjs-core";
import { dropoutAddLayerNorm } from "../../lib/src/ops/dropout-add-layer-norm";
import { dropoutMask } from "../../lib/src/random";
import { checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

const KEY = { seed: 42, site: 3, step: 17 };

for (const rate of [0, 0.3]) {
  checkOp(`dropoutAddLayerNorm, rate ${rate}`, () => {
    const mask = rate > 0 ? dropoutMask(24, rate, KEY) : new Float32Array(24).fill(1);
    return {
      inputs: [normal([4, 6], 1), normal([4, 6], 2), normal([6], 3), normal([6], 4)],
      op: (x, residual, gamma, beta) =>
        dropoutAddLayerNorm(
          x as tf.Tensor2D,
          residual as tf.Tensor2D,
          gamma as tf.Tensor1D,
          beta as tf.Tensor1D,
          1e-12,
          { rate, key: KEY },
        ),
      reference: (x, residual, gamma, beta) => {
        const dropped = x.map((value, i) => value * mask[i]!);
        return double.layerNorm(double.add(dropped, residual), gamma, beta, 1e-12);
      },
      tolerance: 1e-5,
    };
  });
}
