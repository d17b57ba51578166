import * as tf from "@tensorflow/tfjs-core";
import { binaryCrossEntropy } from "../../lib/src/ops/binary-cross-entropy";
import { checkOp, normal } from "./against-reference";

const TARGETS = [1, 0, 0.25, 1, 0, 0];

checkOp("binaryCrossEntropy", () => ({
  inputs: [normal([2, 3], 1)],
  op: (logits) => binaryCrossEntropy(logits, tf.tensor2d(TARGETS, [2, 3])),
  reference: (logits) => {
    const losses = logits.map((x, i) => {
      const y = TARGETS[i]!;
      return -y * Math.log(1 / (1 + Math.exp(-x))) - (1 - y) * Math.log(1 - 1 / (1 + Math.exp(-x)));
    });
    return Float64Array.of(losses.reduce((sum, each) => sum + each, 0) / losses.length);
  },
}));
