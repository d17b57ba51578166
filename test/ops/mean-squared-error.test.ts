import * as tf from "@tensorflow/tfjs-core";
import { meanSquaredError } from "../../lib/src/ops/mean-squared-error";
import { checkOp, normal } from "./against-reference";

const TARGETS = [0.5, -1, 2];

checkOp("meanSquaredError", () => ({
  inputs: [normal([3], 1)],
  op: (predictions) => meanSquaredError(predictions as tf.Tensor1D, tf.tensor1d(TARGETS)),
  reference: (predictions) =>
    Float64Array.of(predictions.reduce((sum, value, i) => sum + (value - TARGETS[i]!) ** 2, 0) / 3),
}));
