import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";

const dict = () =>
  new DatasetDict({
    train: Dataset.fromDict({ sentence: ["a", "b"], label: [0, 1] }),
    validation: Dataset.fromDict({ sentence: ["c"], label: [1] }),
  });

test("prints as in Python", () => {
  const printed =
    "DatasetDict({\n" +
    "    train: Dataset({\n        features: ['sentence', 'label'],\n        num_rows: 2\n    })\n" +
    "    validation: Dataset({\n        features: ['sentence', 'label'],\n        num_rows: 1\n    })\n" +
    "})";
  assert.equal(String(dict()), printed);
  assert.equal(inspect(dict()), printed);
});

test("splits by name", () => {
  const splits = dict();
  assert.equal(splits.train, splits.split("train"));
  assert.deepEqual(splits.splitNames, ["train", "validation"]);
  assert.deepEqual(splits.numRows, { train: 2, validation: 1 });
  assert.equal(splits.has("test"), false);
  assert.throws(() => splits.test, /There is no split "test"\. Splits: \['train', 'validation'\]/);
  assert.deepEqual(
    Array.from(splits, ([name]) => name),
    splits.splitNames,
  );
});

test("verbs reach every split", async () => {
  const mapped = await dict().map(({ sentence }) => ({ ids: sentence.map(() => [1, 2]) }), { batched: true });
  assert.deepEqual(mapped.validation.columnNames, ["sentence", "label", "ids"]);
  assert.deepEqual((await dict().filter(({ label }) => label === 1)).numRows, { train: 1, validation: 1 });
  const renamed = dict().renameColumn("label", "labels").removeColumns("sentence");
  assert.deepEqual(renamed.train.columnNames, ["labels"]);
  assert.deepEqual((await dict().map(({ label }) => ({ label: -label }))).train.column("label"), [0, -1]);
});
