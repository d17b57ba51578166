import type * as tf from "@tensorflow/tfjs";
import { addLayerNorm } from "../../lib/src/ops/add-layer-norm";
import { checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

checkOp("addLayerNorm", () => ({
  inputs: [normal([4, 6], 1), normal([4, 6], 2), normal([6], 3), normal([6], 4)],
  op: (x, residual, gamma, beta) =>
    addLayerNorm(x as tf.Tensor2D, residual as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-12),
  reference: (x, residual, gamma, beta) => double.layerNorm(double.add(x, residual), gamma, beta, 1e-12),
  tolerance: 1e-5,
}));
