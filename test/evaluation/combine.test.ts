import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { evaluate } from "../../lib/src/evaluation/evaluate";

const inputs = { predictions: [1, 0, 1, 1], references: [1, 0, 0, 1] };

test("combined metrics give their figures side by side", async () => {
  const metric = await evaluate.combine(["accuracy", "f1", "precision", "recall"]);
  assert.deepEqual(metric.compute(inputs), { accuracy: 0.75, f1: 0.8, precision: 2 / 3, recall: 1 });
});

test("what is given goes to the metrics that take it", async () => {
  const metric = await evaluate.combine(["accuracy", "f1"]);
  assert.deepEqual(metric.compute({ ...inputs, average: "micro" }), { accuracy: 0.75, f1: 0.75 });
  assert.throws(
    () => metric.compute({ ...inputs, avrage: "micro" } as never),
    /'avrage'.*Did you mean 'average'/,
  );
});

test("figures of one name are told apart by their metric, and by number where that is the same", async () => {
  const glue = await evaluate.load("glue", "mrpc");
  assert.deepEqual((await evaluate.combine([glue, "f1"])).compute(inputs), {
    accuracy: 0.75,
    "glue/mrpc_f1": 0.8,
    f1_f1: 0.8,
  });
  assert.deepEqual((await evaluate.combine(["f1", "f1"])).compute(inputs), { f1_0_f1: 0.8, f1_1_f1: 0.8 });
  assert.deepEqual((await evaluate.combine({ dev: "accuracy" })).compute(inputs), { dev_accuracy: 0.75 });
});

test("nothing to combine, and unknown metrics, are refused", async () => {
  await assert.rejects(evaluate.combine([]), ConfigError);
  await assert.rejects(evaluate.combine(["acuracy"]), ConfigError);
});

test("a metric refuses what it does not know", async () => {
  const metric = await evaluate.load("f1");
  assert.throws(() => metric.compute({ ...inputs, avrage: "micro" } as never), ConfigError);
});

test("labels of int64 columns are labels like others", async () => {
  const metric = await evaluate.combine(["accuracy", "f1", "matthews_correlation", "confusion_matrix"]);
  const big = { predictions: [1n, 0n, 1n, 1n], references: BigInt64Array.of(1n, 0n, 0n, 1n) };
  assert.deepEqual(metric.compute(big), metric.compute(inputs));
  assert.throws(
    () => metric.compute({ ...big, predictions: [1n, 0n, 1n, 2n ** 60n] }),
    /1152921504606846976/,
  );
});
