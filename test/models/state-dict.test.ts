import assert from "node:assert/strict";
import { test } from "node:test";
import type { StateDict } from "../../lib/src/checkpoints/dtypes";
import { onEachEngine } from "../engine";
import { tinyTrainer } from "../training/tiny-task";
import { tinyBert } from "./tiny-bert";

const contentOf = (weights: StateDict) =>
  [...weights].map(([name, { data }]) => [name, Array.from(data as Float32Array)]);

/** Changes every weight of a model. */
async function train(model: ReturnType<typeof tinyBert>): Promise<void> {
  await tinyTrainer(
    { outputDir: "unused", maxSteps: 2, learningRate: 0.1, saveStrategy: "no", evalStrategy: "no" },
    { model },
  ).train();
}

onEachEngine("a state dict", () => {
  test("stays as it was when the model that it was taken from is trained", async () => {
    const model = tinyBert();
    const weights = await model.stateDict();
    const before = contentOf(weights);
    await train(model);
    assert.deepEqual(contentOf(weights), before);
    assert.notDeepEqual(contentOf(await model.stateDict()), before);
  });

  test("stays as it was when a model that has taken it over is trained, and so does another such model", async () => {
    const weights = await tinyBert({}, 1).stateDict();
    const before = contentOf(weights);
    const [first, second] = [tinyBert({}, 2).loadStateDict(weights), tinyBert({}, 3).loadStateDict(weights)];
    await train(first);
    assert.deepEqual(contentOf(weights), before);
    assert.deepEqual(contentOf(await second.stateDict()), before);
  });

  test("may be changed without changing the model", async () => {
    const model = tinyBert();
    const weights = await model.stateDict();
    const before = contentOf(weights);
    const other = tinyBert({}, 2).loadStateDict(weights);
    for (const { data } of weights.values()) (data as Float32Array).fill(7);
    assert.deepEqual(contentOf(await model.stateDict()), before);
    assert.deepEqual(contentOf(await other.stateDict()), before);
  });
});
