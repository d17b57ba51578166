import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy } from "../../lib/src/ops/cross-entropy";
import { onEachEngine } from "../engine";
import { assertClose, checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

// Both from PyTorch 2.13, in float64.
const TORCH_PLAIN = 0.6216270724;
const TORCH_SMOOTH = 0.7016270724;

const LABELS = [2, 0, 1, 2];

for (const smoothing of [0, 0.1, 1]) {
  checkOp(`crossEntropy, smoothing ${smoothing}`, () => ({
    inputs: [normal([4, 3], 1)],
    op: (logits) => crossEntropy(logits as tf.Tensor2D, tf.tensor1d(LABELS, "int32"), smoothing),
    reference: (logits) => {
      let sum = 0;
      for (const [row, label] of LABELS.entries()) {
        const probabilities = double.softmax([...logits.subarray(row * 3, row * 3 + 3)]);
        for (const [index, p] of probabilities.entries()) {
          const target = (index === label ? 1 - smoothing : 0) + smoothing / 3;
          sum -= target * Math.log(p);
        }
      }
      return Float64Array.of(sum / LABELS.length);
    },
  }));
}

onEachEngine("crossEntropy against PyTorch", () => {
  const logits = [
    [2, -1, 0.5],
    [0.1, 0.2, 0.3],
  ];
  const loss = (smoothing: number) =>
    tf.tidy(() => crossEntropy(tf.tensor2d(logits), tf.tensor1d([0, 2], "int32"), smoothing).dataSync());

  test("torch.nn.CrossEntropyLoss", () => assertClose(loss(0), [TORCH_PLAIN], 1e-6));
  test("with label_smoothing=0.1", () => assertClose(loss(0.1), [TORCH_SMOOTH], 1e-6));
  test("logits of hundreds do not overflow", () => {
    const value = tf.tidy(() =>
      crossEntropy(tf.tensor2d([[800, -800]]), tf.tensor1d([1], "int32")).dataSync(),
    );
    assertClose(value, [1600], 1e-6);
  });
});
