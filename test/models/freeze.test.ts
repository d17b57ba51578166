import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import { onEachEngine } from "../engine";
import { tinyTrainer } from "../training/tiny-task";
import { temporaryFolder, tinyBert } from "./tiny-bert";

const LOWER = ["bert.embeddings", "bert.encoder.layer.0"];

onEachEngine("freezing", () => {
  test("what is frozen stays, the rest learns as it would, and the count tells", async () => {
    const model = tinyBert({ numHiddenLayers: 2 });
    const total = model.numParameters();
    model.freeze(...LOWER);
    assert.ok(model.numParameters({ onlyTrainable: true }) < total);
    assert.equal(model.numParameters(), total);
    const values = () =>
      new Map(Array.from(model.namedParameters(), ([name, { value }]) => [name, value.dataSync().slice()]));
    const before = values();
    await tinyTrainer({ maxSteps: 3, weightDecay: 0.1 }, { model }).train();
    const after = values();
    const isLower = (name: string) => LOWER.some((part) => name.startsWith(`${part}.`));
    for (const [name, old] of before) {
      const isSame = after.get(name)!.every((value, i) => value === old[i]);
      // The gradient of key.bias is 0 but for rounding.
      if (!name.endsWith("key.bias")) assert.equal(isSame, isLower(name), name);
    }
    model.unfreeze("bert");
    assert.equal(model.numParameters({ onlyTrainable: true }), total);
  });

  test("the first update of the upper part is that of a model of which nothing is frozen", async () => {
    const head = async (frozen: string[]) => {
      const model = tinyBert({ numHiddenLayers: 2 });
      if (frozen.length > 0) model.freeze(...frozen);
      await tinyTrainer({ maxSteps: 1, maxGradNorm: 0 }, { model }).train();
      return new Map(
        Array.from(model.namedParameters(), ([name, { value }]) => [name, value.dataSync().slice()]),
      );
    };
    const [whole, upper] = [await head([]), await head(LOWER)];
    for (const name of ["classifier.weight", "bert.encoder.layer.1.output.dense.weight"]) {
      assert.deepEqual(upper.get(name), whole.get(name), name);
    }
  });

  test("gradients that nobody needs are not computed: no kernel of them runs", async () => {
    const profile = async (frozen: string[]) => {
      const model = tinyBert({ numHiddenLayers: 2 });
      if (frozen.length > 0) model.freeze(...frozen);
      const info = await tf.profile(async () => {
        await tinyTrainer({ maxSteps: 1 }, { model }).train();
        return tf.scalar(0);
      });
      return info.kernels.length;
    };
    const [whole, upper, top] = [await profile([]), await profile(LOWER), await profile(["bert"])];
    assert.ok(upper < whole && top < upper, `${whole}, ${upper}, ${top}`);
  });
});

onEachEngine("freezing and checkpoints", () => {
  test("a run of which a part is frozen goes on bit for bit", async (context) => {
    const outputDir = temporaryFolder(context);
    const frozen = () => tinyBert({ numHiddenLayers: 2 }).freeze(...LOWER);
    const args = { outputDir, maxSteps: 8, saveStrategy: "steps", saveSteps: 4 } as const;
    const whole = tinyTrainer(args, { model: frozen() });
    await whole.train();
    const resumed = tinyTrainer({ ...args, outputDir: temporaryFolder(context) }, { model: frozen() });
    await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-4` });
    assert.deepEqual(resumed.state.logHistory.at(-1)!.train_loss, whole.state.logHistory.at(-1)!.train_loss);
    const other = tinyTrainer(args, { model: tinyBert({ numHiddenLayers: 2 }) });
    await assert.rejects(
      other.train({ resumeFromCheckpoint: true }),
      /tensor 'bert\.embeddings.*exp_avg' is missing/,
    );
  });

  test("names that there are not, and a model of which all is frozen, are errors", async () => {
    const model = tinyBert();
    const refused = (message: RegExp) => (error: unknown) =>
      error instanceof ConfigError && message.test(error.message);
    assert.throws(
      () => model.freeze("bert.encoder.layer.9"),
      refused(/called 'bert\.encoder\.layer\.9'.*Near names: 'bert\.encoder\.layer\.0'/),
    );
    assert.throws(() => model.freeze("bert.embedding"), refused(/Near names: .bert\.embeddings./));
    assert.throws(() => model.unfreeze(), refused(/unfreeze: name the parameters/));
    model.freeze("bert", "classifier");
    await assert.rejects(
      tinyTrainer({ maxSteps: 1 }, { model }).train(),
      refused(/every parameter is frozen/),
    );
  });
});
