import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { dispose, memory } from "@tensorflow/tfjs-core";
import type { Batch, Row } from "../../lib/src/collators/batch";
import { DataCollatorWithPadding } from "../../lib/src/collators/data-collator-with-padding";
import { defaultDataCollator } from "../../lib/src/collators/default-data-collator";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";

const FIXTURES = path.resolve(__dirname, "../fixtures/tokenizers");

interface Collated {
  rows: Row[];
  options: { padding?: "longest" | "max_length"; max_length?: number; pad_to_multiple_of?: number };
  batch: Record<string, { dtype: string; values: number[] | number[][] }>;
}

/** What transformers' collator makes of the same rows; see make_tokenizer_fixtures.py. */
const { collated } = JSON.parse(readFileSync(path.join(FIXTURES, "expected.json"), "utf8")) as {
  collated: Collated[];
};

const load = () => AutoTokenizer.fromPretrained(path.join(FIXTURES, "uncased"));

/** Names, types and values of a batch; its tensors are disposed of. */
function contents(batch: Batch): Collated["batch"] {
  const result: Collated["batch"] = {};
  for (const [name, tensor] of Object.entries(batch)) {
    if (tensor === undefined) continue;
    result[name] = { dtype: tensor.dtype, values: tensor.arraySync() as number[] | number[][] };
    tensor.dispose();
  }
  return result;
}

describe("DataCollatorWithPadding", () => {
  test("makes the batches that transformers makes", async () => {
    const tokenizer = await load();
    for (const { rows, options, batch } of collated) {
      const { padding, max_length: maxLength, pad_to_multiple_of: padToMultipleOf } = options;
      const dataCollator = new DataCollatorWithPadding({
        tokenizer,
        ...(padding !== undefined && { padding }),
        ...(maxLength !== undefined && { maxLength }),
        ...(padToMultipleOf !== undefined && { padToMultipleOf }),
      });
      assert.deepEqual(contents(dataCollator(rows)), batch, JSON.stringify(options));
    }
  });

  test("what it is given is not changed", async () => {
    const collate = new DataCollatorWithPadding({ tokenizer: await load() });
    const rows = () => [
      { input_ids: [2, 5, 3], attention_mask: [1, 1, 1], label: 0 },
      { input_ids: [2, 5, 6, 7, 3], attention_mask: [1, 1, 1, 1, 1], label: 1 },
    ];
    const given = rows();
    contents(collate(given));
    assert.deepEqual(given, rows());
  });

  test("takes typed lists, and passes as a function", async () => {
    const tokenizer = await load();
    const rows = [
      { input_ids: Int32Array.of(2, 5, 3), attention_mask: Int32Array.of(1, 1, 1), label: 1 },
      { input_ids: Int32Array.of(2, 3), attention_mask: Int32Array.of(1, 1), label: 0 },
    ];
    const collators = [new DataCollatorWithPadding({ tokenizer })] as ((rows: readonly Row[]) => Batch)[];
    const [found] = collators.map((collate) => contents(collate(rows)));
    assert.deepEqual(found, {
      input_ids: {
        dtype: "int32",
        values: [
          [2, 5, 3],
          [2, 3, 0],
        ],
      },
      attention_mask: {
        dtype: "int32",
        values: [
          [1, 1, 1],
          [1, 1, 0],
        ],
      },
      labels: { dtype: "int32", values: [1, 0] },
    });
  });

  test("pads on the tokenizer's side, with its token", () => {
    const tokenizer = { padTokenId: 9, padTokenTypeId: 7, paddingSide: "left" as const, modelMaxLength: 512 };
    const dataCollator = new DataCollatorWithPadding({ tokenizer });
    const rows = [
      { input_ids: [1, 2], token_type_ids: [0, 0] },
      { input_ids: [1], token_type_ids: [0] },
    ];
    assert.deepEqual(contents(dataCollator(rows)), {
      input_ids: {
        dtype: "int32",
        values: [
          [1, 2],
          [9, 1],
        ],
      },
      token_type_ids: {
        dtype: "int32",
        values: [
          [0, 0],
          [7, 0],
        ],
      },
      attention_mask: {
        dtype: "int32",
        values: [
          [1, 1],
          [0, 1],
        ],
      },
    });
  });

  test("labels of several values per row make a matrix", async () => {
    const dataCollator = new DataCollatorWithPadding({ tokenizer: await load() });
    const { labels } = contents(
      dataCollator([
        { input_ids: [2], labels: [0, 1.5] },
        { input_ids: [3], labels: [1, 0] },
      ]),
    );
    assert.deepEqual(labels, {
      dtype: "float32",
      values: [
        [0, 1.5],
        [1, 0],
      ],
    });
  });

  test("says which row does not fit, and leaves no tensor behind", async () => {
    const dataCollator = new DataCollatorWithPadding({ tokenizer: await load() });
    const before = memory().numTensors;
    const refused = (rows: Row[], message: RegExp) =>
      assert.throws(() => dataCollator(rows), { name: "DatasetError", message });
    refused([], /at least one example/);
    refused(
      [{ input_ids: [1] }, { sentence: "a", label: 1 }],
      /Row 1 of the batch: input_ids is missing.*columns sentence, label/,
    );
    refused([{ input_ids: ["a"] }], /input_ids is a list of something else than numbers/);
    refused([{ input_ids: [1], sentence: "a" }], /sentence is a string.*removeColumns\(\["sentence"\]\)/);
    refused([{ input_ids: [1], label: "good" }], /label is a string/);
    refused([{ input_ids: [1], label: 1 }, { input_ids: [1] }], /Row 1 of the batch: label is missing/);
    refused(
      [{ input_ids: [1], attention_mask: [1, 1] }],
      /Row 0 of the batch: 2 attention_mask for 1 input_ids/,
    );
    assert.equal(memory().numTensors, before);
  });

  test("refuses options that cannot work", async () => {
    const tokenizer = await load();
    assert.throws(
      () => new DataCollatorWithPadding({ tokenizer, padToMultipleOf: 0 }),
      /padToMultipleOf is 0/,
    );
    tokenizer.modelMaxLength = 1e30;
    assert.throws(() => new DataCollatorWithPadding({ tokenizer, padding: "max_length" }), /needs maxLength/);
  });

  test("without padding all rows must be equally long", async () => {
    const dataCollator = new DataCollatorWithPadding({ tokenizer: await load(), padding: false });
    dispose(
      Object.values(dataCollator([{ input_ids: [1, 2] }, { input_ids: [3, 4] }])).filter(
        (each) => each !== undefined,
      ),
    );
    assert.throws(
      () => dataCollator([{ input_ids: [1, 2] }, { input_ids: [3] }]),
      /Row 1 of the batch: input_ids has 1 values, the first one has 2/,
    );
  });
});

describe("defaultDataCollator", () => {
  test("stacks rows, leaves text out, renames the label", () => {
    const rows = [
      { input_ids: [1, 2], attention_mask: [1, 1], sentence: "a", label: 1, idx: 4 },
      { input_ids: Int32Array.of(3, 4), attention_mask: [1, 0], sentence: "b", label: 0, idx: 5 },
    ];
    assert.deepEqual(contents(defaultDataCollator(rows)), {
      input_ids: {
        dtype: "int32",
        values: [
          [1, 2],
          [3, 4],
        ],
      },
      attention_mask: {
        dtype: "int32",
        values: [
          [1, 1],
          [1, 0],
        ],
      },
      idx: { dtype: "int32", values: [4, 5] },
      labels: { dtype: "int32", values: [1, 0] },
    });
  });

  test("refuses rows of different lengths", () => {
    assert.throws(
      () => defaultDataCollator([{ input_ids: [1, 2] }, { input_ids: [3] }]),
      /Row 1 of the batch: input_ids has 1 values, the first one has 2.*DataCollatorWithPadding/,
    );
  });
});
