import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { CheckpointError } from "../../../lib/src/errors";
import { AdamW } from "../../../lib/src/training/optimizers/adamw";
import { startEngine } from "../../engine";
import { tinyBert } from "../../models/tiny-bert";

describe("AdamW over a model", () => {
  before(() => startEngine("cpu"));

  test("with gradients of 0, weights shrink by learningRate * weightDecay, biases stay", () => {
    const model = tinyBert();
    const parameters = new Map(model.namedParameters());
    const optimizer = new AdamW(parameters, { learningRate: 0.1, weightDecay: 0.5 });
    for (const [, parameter] of parameters) parameter.set(new Float32Array(parameter.size).fill(1));
    const gradients = new Map([...parameters].map(([name, { shape }]) => [name, tf.zeros(shape)]));
    optimizer.update(gradients, { scheduleFactor: 1, gradientScale: 1 });
    const first = (name: string) => parameters.get(name)!.value.dataSync()[0]!;
    assert.ok(Math.abs(first("classifier.weight") - 0.95) < 1e-6);
    assert.equal(first("classifier.bias"), 1);
    assert.equal(first("bert.embeddings.LayerNorm.weight"), 1);
    tf.dispose([...gradients.values()]);
    optimizer.dispose();
    model.dispose();
  });

  test("its state goes to a file and back; another model's is refused", async () => {
    const model = tinyBert();
    const make = () => new AdamW(model.namedParameters(), {});
    const [first, second] = [make(), make()];
    const gradients = new Map(
      [...model.namedParameters()].map(([name, { shape }]) => [name, tf.ones(shape)]),
    );
    first.update(gradients, { scheduleFactor: 1, gradientScale: 1 });
    const state = await first.stateDict();
    assert.equal(state.size, 2 * 41 + 1);
    second.loadStateDict(state, "file");
    assert.equal(second.step, 1);
    assert.deepEqual(await second.stateDict(), state);
    const other = new AdamW(tinyBert({ numLabels: 5 }).namedParameters(), {});
    assert.throws(
      () => other.loadStateDict(state, "file"),
      (error) =>
        error instanceof CheckpointError && /file: tensor 'classifier\.weight\.exp_avg'/.test(error.message),
    );
  });

  test("a state in which one tensor is of another shape changes nothing", async () => {
    const model = tinyBert();
    const optimizer = new AdamW(model.namedParameters(), {});
    const gradients = new Map(
      [...model.namedParameters()].map(([name, { shape }]) => [name, tf.ones(shape)]),
    );
    optimizer.update(gradients, { scheduleFactor: 1, gradientScale: 1 });
    const before = await optimizer.stateDict();
    const other = new Map(
      [...before].map(([name, { dtype, shape }]) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return [name, { dtype, shape, data: new Float32Array(size).fill(7) }];
      }),
    );
    const last = [...other.keys()].filter((name) => name !== "step").at(-1)!;
    other.set(last, { ...other.get(last)!, shape: [1, 2, 3] });
    assert.throws(() => optimizer.loadStateDict(other, "file"), new RegExp(`file: tensor '${last}'`));
    assert.deepEqual(await optimizer.stateDict(), before);
  });
});
