import assert from "node:assert/strict";
import { test } from "node:test";
import { modelRows, sampleBatches, type SamplerOptions } from "../../lib/src/training/data-loader";
import { tinyDataset } from "./tiny-task";

const dataset = tinyDataset(103);
const sample = (options: Partial<SamplerOptions>) =>
  sampleBatches(dataset, {
    strategy: "random",
    batchSize: 8,
    dropLast: false,
    seed: 1,
    epoch: 0,
    ...options,
  }).map((batch) => [...batch]);
const sorted = (batches: number[][]) => batches.flat().sort((a, b) => a - b);
const all = Array.from({ length: 103 }, (_, i) => i);

test("sequential batches follow the dataset", () => {
  const batches = sample({ strategy: "sequential" });
  assert.deepEqual(batches.flat(), all);
  assert.deepEqual(
    batches.map(({ length }) => length),
    [...new Array<number>(12).fill(8), 7],
  );
});

test("dropLast leaves out a batch that is not full", () => {
  assert.equal(sample({ dropLast: true }).length, 12);
  assert.equal(sample({ dropLast: true, batchSize: 104 }).length, 0);
});

test("random batches hold every row once, in another order each epoch and for each seed", () => {
  const first = sample({});
  assert.deepEqual(sorted(first), all);
  assert.notDeepEqual(first.flat(), all);
  assert.deepEqual(sample({}), first);
  assert.notDeepEqual(sample({ epoch: 1 }), first);
  assert.notDeepEqual(sample({ seed: 2 }), first);
});

test("group_by_length holds every row once, the longest first, and needs less padding", () => {
  const lengthOf = (index: number) => dataset.rows[index]!.input_ids.length;
  const padding = (batches: number[][]) =>
    batches.reduce((sum, batch) => {
      const lengths = batch.map(lengthOf);
      return sum + Math.max(...lengths) * batch.length - lengths.reduce((a, b) => a + b, 0);
    }, 0);
  for (const epoch of [0, 1, 2]) {
    const grouped = sample({ strategy: "group_by_length", epoch });
    assert.deepEqual(sorted(grouped), all);
    assert.equal(lengthOf(grouped[0]![0]!), Math.max(...all.map(lengthOf)));
    assert.ok(padding(grouped) < padding(sample({ epoch })) / 2);
    // 103 / (8 * 4) rounds down to groups of 3 batches, each sorted.
    for (let start = 0; start < 103; start += 24) {
      const lengths = grouped
        .flat()
        .slice(start + 1, start + 24)
        .map(lengthOf);
      assert.deepEqual(
        lengths,
        [...lengths].sort((a, b) => b - a),
      );
    }
  }
});

test("rows keep the columns that a model takes", () => {
  assert.deepEqual(modelRows(dataset, [2]), [
    { input_ids: dataset.rows[2]!.input_ids, label: dataset.rows[2]!.label },
  ]);
});
