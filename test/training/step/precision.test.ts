import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { currentEngine } from "../../../lib/src/engines/engines";
import { noNative, startEngine } from "../../engine";
import { batchOf, tinyBert } from "../../models/tiny-bert";
import { logsWithoutTimes, tinyTrainer, weightsOf } from "../tiny-task";

describe("precision", { skip: noNative }, () => {
  before(() => startEngine("native"));

  test("two trainers and an inference at once are as each by itself", async (t) => {
    if (!(await currentEngine()).supportsBf16) return t.skip("this processor has no bf16");
    const args = { maxSteps: 12, loggingSteps: 1, evalStrategy: "steps", evalSteps: 3 } as const;
    const make = (bf16: boolean) => tinyTrainer({ ...args, bf16 });
    const alone = [make(true), make(false)];
    for (const trainer of alone) await trainer.train();
    const model = tinyBert();
    const answer = () => tf.tidy(() => [...model.forward(batchOf([[2, 7, 9, 3]])).logits.dataSync()]);
    const expected = answer();
    const together = [make(true), make(false)];
    let running = true;
    const training = Promise.all(together.map((trainer) => trainer.train())).finally(() => (running = false));
    let answers = 0;
    while (running) {
      assert.deepEqual(answer(), expected);
      answers++;
      await new Promise(setImmediate);
    }
    await training;
    assert.ok(answers > 10, String(answers));
    for (const [index, trainer] of together.entries()) {
      assert.deepEqual(logsWithoutTimes(trainer), logsWithoutTimes(alone[index]!));
      assert.deepEqual(weightsOf(trainer.model), weightsOf(alone[index]!.model));
    }
    assert.notDeepEqual(weightsOf(together[0]!.model), weightsOf(together[1]!.model));
  });

  test("bf16FullEval is for evaluations alone", async (t) => {
    if (!(await currentEngine()).supportsBf16) return t.skip("this processor has no bf16");
    const loss = async (args: object) => (await tinyTrainer(args).evaluate()).eval_loss;
    assert.equal(await loss({ bf16FullEval: true }), await loss({ bf16: true }));
    assert.notEqual(await loss({ bf16FullEval: true }), await loss({}));
    const [plain, other] = [tinyTrainer({ maxSteps: 2 }), tinyTrainer({ maxSteps: 2, bf16FullEval: true })];
    await plain.train();
    await other.train();
    assert.deepEqual(weightsOf(other.model), weightsOf(plain.model));
  });
});
