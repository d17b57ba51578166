import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { defaultDataCollator } from "../../lib/src/collators/default-data-collator";
import { ConfigError, FinetuneError } from "../../lib/src/errors";
import type { EvalPrediction } from "../../lib/src/training/trainer-options";
import { startEngine } from "../engine";
import { computeMetrics, datasetOf, tinyTrainer, type TinyRow, type TinyRun } from "./tiny-task";

/** Rows of equal length, the label in the third token. */
const ROWS: TinyRow[] = Array.from({ length: 40 }, (_, i) => ({
  input_ids: [2, 10 + (i % 7), 5 + (i % 2), 3],
  label: i % 2,
}));

const with13 = (row: Partial<Record<keyof TinyRow, unknown>>) =>
  ROWS.map((each, i) => (i === 13 ? { ...each, ...row } : each));

describe("other people's rows", () => {
  before(() => startEngine("cpu"));

  const trainerOn = (rows: TinyRow[], evaluated: TinyRow[] = ROWS, run: TinyRun = {}) =>
    tinyTrainer(
      { numTrainEpochs: 1, evalStrategy: "epoch", perDeviceEvalBatchSize: 16 },
      {
        trainDataset: datasetOf(rows),
        evalDataset: datasetOf(evaluated),
        dataCollator: defaultDataCollator,
        ...run,
      },
    );

  const wrong: [string, Partial<Record<keyof TinyRow, unknown>>, RegExp][] = [
    [
      "a label beyond the classes",
      { label: 7 },
      /^Row 13 of the dataset has the label 7; this model has 2 classes/,
    ],
    ["a label between the classes", { label: 0.5 }, /^Row 13 of the dataset has the label 0\.5/],
    ["a hidden label", { label: -1 }, /^Row 13 of the dataset has the label -1/],
    [
      "no label",
      { label: null },
      /^Row 13 of the dataset: label is null.* Every row that is trained on needs a label/,
    ],
    [
      "a label in words",
      { label: "good" },
      /^Row 13 of the dataset: label is a string.*classEncodeColumn\("label"\)/,
    ],
    [
      "a piece that the model does not know",
      { input_ids: [2, 10, 999, 3] },
      /^Row 13 of the dataset: input_ids has 999 at token 2/,
    ],
    [
      "another length",
      { input_ids: [2, 3] },
      /^Row 13 of the dataset: input_ids has 2 values, the first one has 4/,
    ],
  ];
  for (const [name, row, message] of wrong) {
    test(`${name} is named by the dataset's row, in training and in evaluation`, async () => {
      const matches = (error: unknown) => error instanceof FinetuneError && message.test(error.message);
      await assert.rejects(trainerOn(with13(row)).train(), matches);
      if (row.label !== -1) await assert.rejects(trainerOn(ROWS, with13(row)).evaluate(), matches);
    });
  }

  test("a dataset without the column is told what it is called", async () => {
    const unlabelled = ROWS.map(({ input_ids }) => ({ input_ids }) as TinyRow);
    await assert.rejects(
      trainerOn(unlabelled).train(),
      /has the columns input_ids; the Trainer takes the labels from "label", "labels" or "label_ids"/,
    );
  });

  test("hidden labels in an evaluation are left out of loss and metrics, and it is said", async (context) => {
    const warn = context.mock.method(console, "warn", () => {});
    const isHidden = (i: number) => i % 3 === 0;
    const mixed = ROWS.map((row, i) => (isHidden(i) ? { ...row, label: -1 } : row));
    const seen: number[] = [];
    const countRows = (prediction: EvalPrediction) => {
      seen.push(prediction.labelIds.length);
      return computeMetrics(prediction);
    };
    const metrics = await trainerOn(ROWS, mixed, { computeMetrics: countRows }).evaluate();
    const known = await trainerOn(
      ROWS,
      ROWS.filter((_, i) => !isHidden(i)),
    ).evaluate();
    assert.ok(Math.abs(metrics.eval_loss! - known.eval_loss!) < 1e-6);
    assert.equal(metrics.eval_accuracy, known.eval_accuracy);
    assert.deepEqual(seen, [26]);
    assert.match(
      String(warn.mock.calls[0]!.arguments[0]),
      /14 of 40 rows hide their label \(-1\) and are left out/,
    );
    const hidden = ROWS.map((row) => ({ ...row, label: -1 }));
    assert.equal((await trainerOn(ROWS, hidden).evaluate()).eval_loss, undefined);
  });

  test("-1 is a value like others where numbers are learnt, not classes", async () => {
    const rows = ROWS.map((row, i) => ({ ...row, label: (i % 5) - 1 }));
    const metrics = await trainerOn(rows, rows, {
      modelOptions: { numLabels: 1 },
      computeMetrics: ({ labelIds }) => ({ rows: labelIds.length }),
    }).evaluate();
    assert.equal(metrics.eval_rows, 40);
  });

  test("computeMetrics may be asynchronous; what is no number is refused", async () => {
    const evaluate = (compute: unknown) =>
      trainerOn(ROWS, ROWS, { computeMetrics: compute as typeof computeMetrics }).evaluate();
    const soon = await evaluate(async (prediction: EvalPrediction) => {
      await new Promise(setImmediate);
      return computeMetrics(prediction);
    });
    assert.equal(soon.eval_accuracy, (await evaluate(computeMetrics)).eval_accuracy);
    const refused = (message: RegExp) => (error: unknown) =>
      error instanceof ConfigError && message.test(error.message);
    await assert.rejects(
      evaluate(() => undefined),
      refused(/computeMetrics returned undefined; it has to be an object/),
    );
    await assert.rejects(
      evaluate(() => ({ f1: "0.5" })),
      refused(/computeMetrics: f1 is "0\.5"; it has to be a number/),
    );
  });

  test("130,000 rows in one evaluation", async () => {
    const rows = { length: 130_000, at: (i: number) => ROWS[i % ROWS.length]! };
    const trainer = tinyTrainer(
      { perDeviceEvalBatchSize: 130_000 },
      { dataCollator: defaultDataCollator, evalDataset: rows, modelOptions: { numHiddenLayers: 1 } },
    );
    const metrics = await trainer.evaluate();
    const few = await trainerOn(ROWS, ROWS, { modelOptions: { numHiddenLayers: 1 } }).evaluate();
    assert.ok(Math.abs(metrics.eval_loss! - few.eval_loss!) < 1e-4);
    assert.equal(metrics.eval_accuracy, few.eval_accuracy);
  });
});
