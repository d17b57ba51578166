import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../../lib/src/errors";
import { AdamW } from "../../../lib/src/training/optimizers/adamw";
import {
  isDecayed,
  layerwiseLearningRates,
  parameterSettings,
  type ParameterGroup,
} from "../../../lib/src/training/optimizers/parameter-groups";
import { startEngine } from "../../engine";
import { tinyBert } from "../../models/tiny-bert";
import { tinyTrainer } from "../tiny-task";

const namesOf = (model: ReturnType<typeof tinyBert>) => Array.from(model.namedParameters(), ([name]) => name);

describe("parameter groups", () => {
  before(() => startEngine("cpu"));

  test("biases and LayerNorm are not decayed", () => {
    const kept = namesOf(tinyBert({ numHiddenLayers: 1 })).filter(isDecayed);
    assert.equal(kept.length, 3 + 6 + 1 + 1);
    assert.ok(
      kept.every((name) => /(embeddings|query|key|value|dense|classifier)\.weight$/.test(name)),
      kept.join(),
    );
  });

  test("a parameter has its group's settings, and the arguments' for what the group leaves open", () => {
    const names = ["a.weight", "a.bias", "b.weight", "b.bias"];
    const settings = parameterSettings(names, { learningRate: 1, weightDecay: 0.1 }, [
      { parameters: ["a.weight", "a.bias"], learningRate: 0.5 },
      { parameters: ["b.bias"], weightDecay: 0.2 },
    ]);
    assert.deepEqual(
      [...settings],
      [
        ["a.weight", { learningRate: 0.5, weightDecay: 0.1 }],
        ["a.bias", { learningRate: 0.5, weightDecay: 0 }],
        ["b.weight", { learningRate: 1, weightDecay: 0.1 }],
        ["b.bias", { learningRate: 1, weightDecay: 0.2 }],
      ],
    );
  });

  test("what cannot be meant is refused", () => {
    const refused: [ParameterGroup[], RegExp][] = [
      [[{ parameters: ["c"] }], /parameterGroups\[0\]: no parameter 'c' is trained.*from 'a' to 'b'/],
      [[{ parameters: ["a"] }, { parameters: ["b", "a"] }], /'a' stands in group 0 and in group 1/],
      [[{ parameters: ["a"], learningRate: NaN }], /\[0\]: learningRate is NaN/],
      [[{ parameters: ["a"], weightDecay: -1 }], /\[0\]: weightDecay is -1/],
      [[{ parameters: ["a"], lr: 1 } as ParameterGroup], /\[0\]: there is no option 'lr'/],
      [[{ parameters: "a" } as unknown as ParameterGroup], /\[0\]: parameters has to be an array/],
    ];
    for (const [groups, message] of refused) {
      assert.throws(
        () => parameterSettings(["a", "b"], { learningRate: 1, weightDecay: 0 }, groups),
        (error) => error instanceof ConfigError && message.test(error.message),
        String(message),
      );
    }
  });

  test("layer-wise rates fall by the decay from the head down to the embeddings, and name every parameter once", () => {
    const model = tinyBert({ numHiddenLayers: 2 });
    const groups = layerwiseLearningRates(model, { learningRate: 1, decay: 0.5 });
    const rates = new Map(
      groups.flatMap(({ parameters, learningRate }) => parameters.map((name) => [name, learningRate])),
    );
    assert.deepEqual([...rates.keys()].sort(), namesOf(model).sort());
    assert.equal(rates.get("classifier.weight"), 1);
    assert.equal(rates.get("bert.pooler.dense.bias"), 1);
    assert.equal(rates.get("bert.encoder.layer.1.output.dense.weight"), 0.5);
    assert.equal(rates.get("bert.encoder.layer.0.output.dense.weight"), 0.25);
    assert.equal(rates.get("bert.embeddings.word_embeddings.weight"), 0.125);
    for (const decay of [0, 1.1, NaN]) {
      assert.throws(
        () => layerwiseLearningRates(model, { learningRate: 1, decay }),
        /decay is .*; it has to be above 0/,
      );
    }
  });

  test("a parameter's update is that of a run with its group's rate for all", async () => {
    const after = async (learningRate: number, groups?: ParameterGroup[]) => {
      const model = tinyBert();
      const parameters = new Map(model.namedParameters());
      const optimizer = new AdamW(parameters, { learningRate, weightDecay: 0.1 }, groups);
      const gradients = new Map([...parameters].map(([name, { shape }]) => [name, tf.ones(shape)]));
      for (const factor of [0.5, 1])
        optimizer.update(gradients, { scheduleFactor: factor, gradientScale: 1 });
      return new Map(
        await Promise.all(
          [...parameters].map(async ([name, { value }]) => [name, await value.data()] as const),
        ),
      );
    };
    const high = await after(1e-2);
    const low = await after(1e-3);
    const mixed = await after(1e-2, [{ parameters: ["classifier.weight"], learningRate: 1e-3 }]);
    assert.deepEqual(mixed.get("classifier.weight"), low.get("classifier.weight"));
    assert.notDeepEqual(mixed.get("classifier.weight"), high.get("classifier.weight"));
    mixed.delete("classifier.weight");
    high.delete("classifier.weight");
    assert.deepEqual(mixed, high);
  });

  test("the Trainer's groups hold: what has a rate of 0 stays, the rest learns", async () => {
    const model = tinyBert();
    const frozen = namesOf(model).filter((name) => name.startsWith("bert."));
    const valuesOf = () =>
      Object.fromEntries(
        Array.from(model.namedParameters(), ([name, { value }]) => [name, [...value.dataSync()]]),
      );
    const before = valuesOf();
    const parameterGroups = [{ parameters: frozen, learningRate: 0 }];
    const trainer = tinyTrainer(
      { maxSteps: 3, weightDecay: 0.1, loggingSteps: 1 },
      { model, parameterGroups },
    );
    await trainer.train();
    const after = valuesOf();
    const moved = Object.keys(before).filter((name) =>
      after[name]!.some((value, i) => value !== before[name]![i]),
    );
    assert.deepEqual(moved, ["classifier.weight", "classifier.bias"]);
  });
});
