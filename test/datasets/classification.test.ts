import assert from "node:assert/strict";
import { test } from "node:test";
import { classificationDataset, type ClassificationOptions } from "../../lib/src/datasets/classification";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { ClassLabel, Features, Value } from "../../lib/src/datasets/features";

type Columns = Record<string, unknown[]>;

const prepare = (splits: Record<string, Columns>, options: ClassificationOptions = {}, features?: Features) =>
  classificationDataset(
    new DatasetDict(
      Object.fromEntries(
        Object.entries(splits).map(([name, columns]) => [name, Dataset.fromDict(columns, features)]),
      ),
    ),
    options,
  );
const refuses = (columns: Columns, message: RegExp, options?: ClassificationOptions) =>
  assert.throws(() => prepare({ train: columns, validation: columns }, options), {
    name: "DatasetError",
    message,
  });

test("what is called so already stays as it is, other columns and names of classes included", () => {
  const features = new Features({
    sentence: new Value("string"),
    label: new ClassLabel({ names: ["neg", "pos"] }),
    idx: new Value("int32"),
  });
  const columns = { sentence: ["a", "b"], label: [1, 0], idx: [0, 1] };
  const { datasets, labelNames, notes } = prepare(
    { train: columns, validation: columns, test: columns },
    {},
    features,
  );
  assert.deepEqual(datasets.train.columnNames, ["sentence", "label", "idx"]);
  assert.deepEqual(labelNames, ["neg", "pos"]);
  assert.deepEqual(notes, ['texts: "sentence", labels: "label"']);
});

test("other names, labels that are texts: the same classes in every split", () => {
  const { datasets, labelNames } = prepare({
    train: { id: ["1", "2", "3"], text: ["a", "b", "c"], category: ["sport", "art", "art"] },
    validation: { id: ["4"], text: ["d"], category: ["sport"] },
  });
  assert.deepEqual(labelNames, ["art", "sport"]);
  assert.deepEqual(
    [...datasets.train],
    [
      { sentence: "a", label: 1 },
      { sentence: "b", label: 0 },
      { sentence: "c", label: 0 },
    ],
  );
  assert.deepEqual([...datasets.validation], [{ sentence: "d", label: 1 }]);
});

test("pairs, by their names or by yours", () => {
  const glue = prepare({
    train: { sentence1: ["a"], sentence2: ["b"], label: [0] },
    validation: { sentence1: ["c"], sentence2: ["d"], label: [0] },
  });
  assert.deepEqual([...glue.datasets.train], [{ sentence: "a", sentence2: "b", label: 0 }]);
  const own = { headline: ["a"], story: ["b"], stance: ["x"] };
  const { datasets } = prepare(
    { train: own, validation: own },
    { textColumn: "story, headline", labelColumn: "stance" },
  );
  assert.deepEqual([...datasets.validation], [{ sentence: "b", sentence2: "a", label: 0 }]);
});

test("a column may be called as another shall be", () => {
  const columns = { label: ["the text", "other"], sentence: ["x", "y"] };
  const { datasets } = prepare(
    { train: columns, validation: columns },
    { textColumn: "label", labelColumn: "sentence" },
  );
  assert.deepEqual(datasets.train[0], { sentence: "the text", label: 0 });
});

test("without a validation split a tenth of train becomes one, and it is said", () => {
  const rows = Array.from({ length: 50 }, (_, i) => `row ${i}`);
  const columns = { text: rows, label: rows.map((_, i) => i % 2) };
  const { datasets, notes } = prepare({ train: columns, test: columns });
  assert.deepEqual(datasets.numRows, { train: 45, validation: 5, test: 50 });
  assert.match(notes.at(-1)!, /5 rows of train/);
  assert.deepEqual([...prepare({ train: columns }).datasets.validation], [...datasets.validation]);
  const unlabelled = prepare({ train: columns, validation: columns, test: { text: ["x"] } });
  assert.deepEqual(unlabelled.datasets.splitNames, ["train", "validation"]);
  assert.match(unlabelled.notes.at(-1)!, /left out: the split "test", which has no column \['label'\]/);
});

test("where it cannot be told, the columns are named, and what to do", () => {
  refuses(
    { a: ["x"], b: ["y"], label: [0] },
    /which column holds the texts.*a \(Value\('string'\)\).*TEXT_COLUMN/,
  );
  refuses(
    { text: ["x"], stars: [3] },
    /which column holds the labels.*\['text', 'stars'\].*LABEL_COLUMN.*renameColumn/,
  );
  refuses({ text: ["x"], label: [0] }, /there is no column "txt"/, { textColumn: "txt" });
  refuses({ text: ["x"], label: [0.5] }, /"label" are fractions \(float64\).*castColumn/);
  refuses(
    { text: ["x", "y"], label: [0, null] },
    /Row 1 of the split "train" has no label in column "label".*filter/,
  );
  refuses({ text: ["x"], label: [[0]] }, /one class a row/);
  assert.throws(
    () => prepare({ train: { text: ["x"], label: ["a"] }, validation: { text: ["x"], label: ["b"] } }),
    /Split "validation": .*"b"/,
  );
  assert.throws(() => prepare({ test: { text: ["x"], label: [0] } }), /no split "train"/);
});
