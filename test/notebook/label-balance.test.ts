import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { ClassLabel } from "../../lib/src/datasets/features";
import { DatasetError } from "../../lib/src/errors";
import { labelBalance } from "../../notebook/src/label-balance";

const feature = new ClassLabel({ names: ["no", "yes"] });
const split = (labels: number[]) =>
  Dataset.fromDict({ text: labels.map(String), label: labels }).castColumn("label", feature);

describe("labelBalance", () => {
  const balance = labelBalance(new DatasetDict({ train: split([0, 1, 1]), test: split([-1, -1]) }));

  it("counts each label of each split, and those that are hidden", () => {
    assert.deepEqual(balance.counts, { train: { no: 1, yes: 2 }, test: { no: 0, yes: 0 } });
    assert.deepEqual(balance.rows[1], { split: "test", rows: 2, no: 0, yes: 0, hidden: 2 });
    assert.match(balance.toMimeBundle()["text/plain"], /^Rows by label\nsplit +rows +no +yes +hidden\n/);
  });

  it("knows the most frequent label", () => {
    assert.deepEqual(balance.majority("train"), { label: "yes", share: 2 / 3 });
    assert.throws(() => balance.majority("test"), /no row of "test" has a label that is told/);
    assert.throws(() => balance.majority("toString"), DatasetError);
  });

  it("takes one dataset, and another column", () => {
    const own = Dataset.fromDict({ kind: [1, 1] }).castColumn("kind", feature);
    assert.deepEqual(labelBalance(own, { column: "kind" }).counts, { dataset: { no: 0, yes: 2 } });
  });

  it("says what is no label", () => {
    assert.throws(() => labelBalance(split([0]), { column: "text" }), /"text" of dataset is no ClassLabel/);
    assert.throws(() => labelBalance(split([0]), { column: "other" }), /"other" of dataset is not there/);
  });
});
