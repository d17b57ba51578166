import type * as tf from "@tensorflow/tfjs-core";
import { linear, type Activation } from "../../lib/src/ops/linear";
import { checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

const AFTER: Record<string, (x: number) => number> = { none: (x) => x, gelu: double.gelu, tanh: Math.tanh };

for (const activation of [undefined, "gelu", "tanh"] as (Activation | undefined)[]) {
  checkOp(`linear, activation ${activation ?? "none"}`, () => ({
    inputs: [normal([5, 3], 1), normal([4, 3], 2), normal([4], 3)],
    op: (x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D, activation),
    reference: (x, weight, bias) => double.linear(x, weight, bias).map(AFTER[activation ?? "none"]!),
  }));
}

checkOp("linear of one row", () => ({
  inputs: [normal([1, 1], 1), normal([1, 1], 2), normal([1], 3)],
  op: (x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
  reference: double.linear,
}));
