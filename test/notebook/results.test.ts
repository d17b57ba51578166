import assert from "node:assert/strict";
import { test } from "node:test";
import { Series } from "danfojs-node";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { ClassLabel } from "../../lib/src/datasets/features";
import { richForms } from "../../notebook/src/results";
import { table } from "../../notebook/src/tables";

const plain = (value: unknown) => richForms(value)?.["text/plain"];

test("a Series is a table of one column, with or without a name", () => {
  assert.equal(plain(new Series([1, 2])), "   0\n─  ─\n0  1\n1  2");
  assert.equal(plain(new Series(["x"], { columns: ["a"], index: ["p"] })), "   a\n─  ─\np  x");
});

test("a DataFrame is a table, its columns in its order", () => {
  const frame = Dataset.fromDict({ text: ["x"] })
    .addColumn("1", [5])
    .addColumn("0", [6])
    .toDataFrame();
  assert.match(String(plain(frame)), /^ +text +1 +0\n/);
});

test("columns that are called like properties of objects are written like others", () => {
  const rows = [JSON.parse('{ "constructor": 1, "toString": "a" }') as Record<string, unknown>];
  assert.equal(
    table(rows).toMimeBundle()["text/plain"],
    "constructor  toString\n───────────  ────────\n          1  a",
  );
});

test("splits and features are tables in words, not Python's notation", () => {
  const dataset = Dataset.fromDict({ text: ["x", "y"], label: [1, 0], ids: [[1], [2, 3]] }).castColumn(
    "label",
    new ClassLabel({ names: ["no", "yes"] }),
  );
  assert.equal(
    plain(new DatasetDict({ train: dataset })),
    "DatasetDict\nsplit  rows  columns\n─────  ────  ────────────────\ntrain     2  text, label, ids",
  );
  assert.match(
    String(plain(dataset.features)),
    /\ntext +string\nlabel +a label: 0 no, 1 yes\nids +a list of int32$/,
  );
});
