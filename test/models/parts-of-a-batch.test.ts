import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../../lib/src/collators/batch";
import { sliceBatch } from "../../lib/src/collators/slice-batch";
import { ConfigError } from "../../lib/src/errors";
import { NOTHING_BEFORE } from "../../lib/src/models/module";
import { extentOf } from "../../lib/src/models/packed-batch";
import { LoraConfig } from "../../lib/src/models/peft/lora-config";
import { getPeftModel } from "../../lib/src/models/peft/peft-model";
import type { PreTrainedModel } from "../../lib/src/models/pretrained-model";
import { withCompositeOps } from "../../lib/src/ops/fused";
import { onEachEngine } from "../engine";
import { assertClose } from "../ops/against-reference";
import { batchOf, tinyBert } from "./tiny-bert";

const ROWS = [
  [2, 7, 3],
  [2, 9, 11, 12, 3],
  [2, 3],
  [2, 8, 8, 8, 8, 3],
  [2, 13, 14, 3],
];

/** Scores in training, with dropout, of the rows that a model is given a part after the other. */
function scores(model: PreTrainedModel<object>, cuts: readonly number[]): number[] {
  const whole: Batch = batchOf(ROWS);
  model.train();
  model.context.step = 3;
  const ends = [...cuts, ROWS.length];
  return ends.flatMap((end, index) => {
    const from = ends[index - 1] ?? 0;
    model.context.before = extentOf(whole, from);
    return tf.tidy(() => {
      const { logits } = model.forward(sliceBatch(whole, from, end)) as { logits: tf.Tensor };
      return [...logits.dataSync()];
    });
  });
}

onEachEngine("parts of a batch", () => {
  // A width that is no multiple of four begins in the middle of a block of random numbers.
  for (const hiddenSize of [8, 6]) {
    const model = () => tinyBert({ hiddenSize, hiddenDropoutProb: 0.4, attentionProbsDropoutProb: 0.4 });

    test(`drop what they would in the whole, with ${hiddenSize} columns`, () => {
      const whole = scores(model(), []);
      for (const cuts of [[1], [2, 4], [1, 2, 3, 4]]) assertClose(scores(model(), cuts), whole, 1e-6);
      assertClose(
        withCompositeOps(() => scores(model(), [2])),
        whole,
        1e-5,
      );
    });
  }

  test("with adapters on tokens and on pooled sequences too", () => {
    const config = new LoraConfig({
      r: 2,
      loraDropout: 0.5,
      targetModules: ["query", "pooler.dense", "classifier"],
    });
    const model = getPeftModel(tinyBert(), config);
    for (const [name, parameter] of model.namedParameters()) {
      if (name.includes("lora_B")) parameter.set(new Float32Array(parameter.size).fill(0.5));
    }
    assertClose(scores(model, [1, 3]), scores(model, []), 1e-6);
  });
});

onEachEngine("slices", (engine) => {
  test("keep types and widths", () => {
    const batch: Batch = { ...batchOf(ROWS), labels: tf.tensor2d([0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9], [5, 2]) };
    const { input_ids, labels } = sliceBatch(batch, 1, 3);
    assert.deepEqual([input_ids.shape, input_ids.dtype], [[2, 6], "int32"]);
    assert.deepEqual([...input_ids.dataSync()], [2, 9, 11, 12, 3, 0, 2, 3, 0, 0, 0, 0]);
    assert.deepEqual([labels!.shape, labels!.dtype, ...labels!.dataSync()], [[2, 2], "float32", 2, 3, 4, 5]);
  });

  test("of a column without one entry a row are refused", { skip: engine !== "cpu" }, () => {
    const batch: Batch = { ...batchOf(ROWS), weights: tf.tensor1d([1, 2]) };
    assert.throws(
      () => sliceBatch(batch, 0, 2),
      (error: Error) => {
        return error instanceof ConfigError && /column "weights" has the shape \[2\]/.test(error.message);
      },
    );
  });

  test("what comes before is counted without padding", { skip: engine !== "cpu" }, () => {
    const batch = batchOf(ROWS);
    assert.deepEqual(extentOf(batch, 0), NOTHING_BEFORE);
    assert.deepEqual(extentOf(batch, 2), { sequences: 2, tokens: 8, tokenPairs: 9 + 25 });
    assert.deepEqual(extentOf({ input_ids: batch.input_ids }), { sequences: 5, tokens: 30, tokenPairs: 180 });
  });
});
