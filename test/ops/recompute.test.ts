import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { recompute } from "../../lib/src/ops/recompute";
import { onEachEngine } from "../engine";
import { tinyTrainer, weightsOf } from "../training/tiny-task";

onEachEngine("recompute", () => {
  test("value and gradients are those of the plain computation, and nothing stays", () => {
    const x = tf.tensor2d([
      [0.5, -1],
      [2, 0.25],
      [1, 1],
    ]);
    const weight = tf.variable(
      tf.tensor2d([
        [1, 2],
        [-0.5, 0.75],
      ]),
    );
    const forward = (input: tf.Tensor2D) => tf.tanh(tf.matMul<tf.Tensor2D>(input, weight));
    const lossOf = (layer: (input: tf.Tensor2D) => tf.Tensor2D) => () =>
      tf.sum(tf.square<tf.Tensor>(layer(layer(x)))).asScalar();
    const gradientOf = (layer: (input: tf.Tensor2D) => tf.Tensor2D) => {
      const { value, grads } = tf.variableGrads(lossOf(layer), [weight]);
      const result = [value.dataSync()[0]!, ...grads[weight.name]!.dataSync()];
      tf.dispose([value, grads]);
      return result;
    };
    const plain = gradientOf(forward);
    const { numTensors } = tf.memory();
    assert.deepEqual(
      gradientOf((input) => recompute(input, [weight], forward)),
      plain,
    );
    assert.equal(tf.memory().numTensors, numTensors);
    x.dispose();
    weight.dispose();
  });

  test("a run with gradientCheckpointing is the run without, bit for bit, dropout and clipping included", async () => {
    const run = async (gradientCheckpointing: boolean, freeze = false) => {
      const trainer = tinyTrainer({ maxSteps: 3, loggingSteps: 1, gradientCheckpointing });
      if (freeze) trainer.model.freeze("bert.embeddings", "bert.encoder.layer.0");
      const { numTensors } = tf.memory();
      await trainer.train();
      assert.equal(tf.memory().numTensors, numTensors);
      return [...trainer.state.logHistory.flatMap(({ loss }) => loss ?? []), ...weightsOf(trainer.model)];
    };
    assert.deepEqual(await run(true), await run(false));
    assert.deepEqual(await run(true, true), await run(false, true));
  });
});
