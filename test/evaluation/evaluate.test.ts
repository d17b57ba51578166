import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { evaluate } from "../../lib/src/evaluation/evaluate";

const REFERENCE = path.resolve(__dirname, "../../../shared/reference/metrics.json");

/** One case of metrics.json: scikit-learn's and SciPy's figures on fixed predictions. */
interface ReferenceCase {
  references: number[];
  predictions: number[];
  accuracy?: number;
  f1_macro?: number;
  f1_binary?: number | null;
  matthews_correlation?: number;
  confusion?: number[][];
  pearson?: number;
  spearmanr?: number;
}

const labels = { predictions: [1, 0, 1, 1], references: [1, 0, 0, 1] };
const values = { predictions: [1, 2, 3, 5], references: [1, 2, 3, 4] };

test("each GLUE task has its own figures, under Hugging Face's keys", async () => {
  const keys: Record<string, string[]> = {
    cola: ["matthews_correlation"],
    sst2: ["accuracy"],
    mrpc: ["accuracy", "f1"],
    qqp: ["accuracy", "f1"],
    stsb: ["pearson", "spearmanr"],
    mnli: ["accuracy"],
    mnli_matched: ["accuracy"],
    mnli_mismatched: ["accuracy"],
    qnli: ["accuracy"],
    rte: ["accuracy"],
    wnli: ["accuracy"],
  };
  for (const [task, expected] of Object.entries(keys)) {
    const metric = await evaluate.load("glue", task);
    assert.equal(metric.name, `glue/${task}`);
    assert.deepEqual(Object.keys(metric.compute(task === "stsb" ? values : labels)), expected, task);
  }
  const mrpc = await evaluate.load("glue", "mrpc");
  assert.deepEqual(mrpc.compute(labels), { accuracy: 0.75, f1: 0.8 });
});

test("metrics load by name and take their options in compute", async () => {
  assert.deepEqual((await evaluate.load("accuracy")).compute(labels), { accuracy: 0.75 });
  assert.deepEqual((await evaluate.load("f1")).compute(labels), { f1: 0.8 });
  assert.deepEqual((await evaluate.load("f1")).compute({ ...labels, average: "micro" }), { f1: 0.75 });
  assert.ok("matthews_correlation" in (await evaluate.load("matthews_correlation")).compute(labels));
  assert.ok("pearsonr" in (await evaluate.load("pearsonr")).compute(values));
  assert.ok("spearmanr" in (await evaluate.load("spearmanr")).compute(values));
  const confusion = await evaluate.load("confusion_matrix");
  assert.deepEqual(confusion.compute({ ...labels, normalize: "all" }), {
    confusion_matrix: [
      [0.25, 0.25],
      [0, 0.5],
    ],
  });
});

test("typed arrays do as well as plain ones", async () => {
  const metric = await evaluate.load("glue", "sst2");
  const predictions = Int32Array.from(labels.predictions);
  assert.deepEqual(metric.compute({ predictions, references: Uint8Array.from(labels.references) }), {
    accuracy: 0.75,
  });
});

test("an unknown metric or task is refused with the list of known ones", async () => {
  const refuse = (name: string, task: string | undefined, message: RegExp) =>
    assert.rejects(
      evaluate.load(name, task),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  await refuse("bleu", undefined, /"bleu"; known are accuracy, f1, .*glue/);
  await refuse("constructor", undefined, /unknown metric/);
  await refuse("glue", "sst-2", /unknown task "sst-2"; GLUE's are cola, sst2/);
  await refuse("glue", undefined, /it needs a task; GLUE's are cola, sst2/);
});

test(
  "figures equal scikit-learn's and SciPy's",
  { skip: !existsSync(REFERENCE) && "no ../shared/reference" },
  async () => {
    const cases = JSON.parse(readFileSync(REFERENCE, "utf8")) as ReferenceCase[];
    const close = (actual: unknown, expected: number, what: string) =>
      assert.ok(
        Math.abs((actual as number) - expected) <= 1e-9,
        `${what}: ${String(actual)} is not ${expected}`,
      );
    for (const { references, predictions, ...expected } of cases) {
      const both = { references, predictions };
      if (expected.accuracy !== undefined) {
        close((await evaluate.load("accuracy")).compute(both).accuracy, expected.accuracy, "accuracy");
        const f1 = await evaluate.load("f1");
        close(f1.compute({ ...both, average: "macro" }).f1, expected.f1_macro!, "f1 macro");
        if (expected.f1_binary != null) close(f1.compute(both).f1, expected.f1_binary, "f1 binary");
        const cola = await evaluate.load("glue", "cola");
        close(
          cola.compute(both).matthews_correlation,
          expected.matthews_correlation!,
          "matthews_correlation",
        );
        const confusion = await evaluate.load("confusion_matrix");
        assert.deepEqual(confusion.compute(both).confusion_matrix, expected.confusion);
      } else {
        const stsb = (await evaluate.load("glue", "stsb")).compute(both);
        close(stsb.pearson, expected.pearson!, "pearson");
        close(stsb.spearmanr, expected.spearmanr!, "spearmanr");
      }
    }
  },
);
