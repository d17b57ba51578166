import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { evaluate } from "../../lib/src/evaluation/evaluate";

interface Case {
  metric: string;
  inputs: Record<string, number[]>;
  options: Record<string, unknown>;
  value: number;
}

const file = path.resolve(__dirname, "../fixtures/evaluation/metrics.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

test("precision, recall, F1 and ROC AUC are scikit-learn's, whatever the average", async () => {
  assert.ok(cases.length > 50);
  for (const { metric, inputs, options, value } of cases) {
    const loaded = await evaluate.load(metric);
    const found = loaded.compute({ ...inputs, ...options } as never)[metric]!;
    assert.ok(Math.abs(found - value) < 1e-12, JSON.stringify({ metric, options, found, value }));
  }
});
