import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../lib/src/engines/engines";
import { BertConfig, type BertConfigOptions } from "../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../lib/src/models/bert/for-masked-lm";
import { BertForSequenceClassification } from "../lib/src/models/bert/for-sequence-classification";
import type { PreTrainedModel } from "../lib/src/models/pretrained-model";
import { withCompositeOps } from "../lib/src/ops/fused";
import { batchOf, TINY } from "./models/tiny-bert";

const root = path.resolve(__dirname, "..");

test("the bundle of gradients is the one of the tfjs-core that is installed", async () => {
  const script = pathToFileURL(path.join(root, "scripts/build-gradients.mjs")).href;
  const { bundleGradients } = (await import(script)) as { bundleGradients: () => Promise<string> };
  const bundle = readFileSync(path.join(root, "lib/assets/tfjs/gradients.js"), "utf8");
  assert.ok(bundle === (await bundleGradients()), "run `npm run build:gradients`");
});

test("every kernel that tfjs can differentiate has its gradient here", () => {
  const list = readFileSync(
    path.join(root, "node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js"),
    "utf8",
  );
  const kernels = Array.from(list.matchAll(/gradients\/(\w+)_grad'/g), ([, kernel]) => kernel!);
  assert.ok(kernels.length > 90, `${kernels.length} kernels`);
  assert.deepEqual(
    kernels.filter((kernel) => tf.getGradient(kernel) === undefined),
    [],
  );
});

describe("every kernel that a training step puts on the tape has a gradient", () => {
  const labels = (values: number[], dtype?: "int32") => tf.tensor1d(values, dtype);
  const masked = () => tf.tensor2d([-100, 3, -100, -100, 5, -100], [2, 3], "int32");
  const config = (options: BertConfigOptions = {}) => new BertConfig({ ...TINY, ...options });
  const models: [string, () => PreTrainedModel, () => tf.Tensor1D | tf.Tensor2D][] = [
    ["classes", () => new BertForSequenceClassification(config(), 5), () => labels([0, 1], "int32")],
    [
      "several labels",
      () => new BertForSequenceClassification(config({ problemType: "multi_label_classification" }), 5),
      () => tf.tensor2d([0, 1, 1, 0], [2, 2]),
    ],
    [
      "regression",
      () => new BertForSequenceClassification(config({ numLabels: 1 }), 5),
      () => labels([0.5, 2]),
    ],
    ["masked words", () => new BertForMaskedLM(config(), 5), masked],
  ];
  for (const [name, make, makeLabels] of models) {
    test(name, async () => {
      await useEngine("cpu");
      const model = make().initializeWeights().train();
      const onTape: { kernelName: string; gradient?: unknown }[] = [];
      const rows = [
        [2, 7, 3],
        [2, 4, 3],
      ];
      const loss = () =>
        withCompositeOps(() => {
          const { loss } = model.forward({ ...batchOf(rows), labels: makeLabels() });
          const { state } = tf.engine() as unknown as { state: { activeTape: typeof onTape } };
          onTape.push(...state.activeTape);
          return loss as tf.Scalar;
        });
      const { grads } = tf.variableGrads(loss);
      assert.ok(onTape.length > 20 && Object.keys(grads).length > 20);
      const without = onTape.filter(({ gradient }) => gradient === undefined);
      assert.deepEqual(
        without.map(({ kernelName }) => kernelName),
        [],
      );
    });
  }
});

test("neither the library nor a step of training loads the whole of tfjs", () => {
  const script = `
    const { useEngine } = require("./lib/src/index.ts");
    const tf = require("@tensorflow/tfjs-core");
    useEngine("cpu").then(() => {
      const x = tf.variable(tf.tensor1d([1, 2]));
      const { grads } = tf.variableGrads(() => x.mul(x).sum());
      const loaded = Object.keys(require.cache).filter((file) => /tfjs-(converter|layers|data)/.test(file));
      console.log(JSON.stringify([Array.from(grads[x.name].dataSync()), loaded]));
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], {
    cwd: root,
    encoding: "utf8",
  });
  assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), [[2, 4], []], stderr);
});
