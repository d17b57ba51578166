import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { FIXTURES } from "./expected";

const SHARED = path.resolve(__dirname, "../../../shared");
const CHECKPOINT = path.join(SHARED, "data/bert-base-uncased");
const REFERENCE = path.join(SHARED, "reference/tokenization.jsonl");
const SST2 = path.join(SHARED, "data/sst2");

interface ReferenceRow {
  text: string;
  pair: string | null;
  max_length: number | null;
  input_ids: number[];
  token_type_ids: number[];
  attention_mask: number[];
  tokens: string[];
}

/** What a test needs from ../shared, as its `skip` option. */
function unless(...paths: string[]): string | false {
  const missing = paths.find((each) => !existsSync(each));
  return missing === undefined ? false : `${path.relative(process.cwd(), missing)} is not here`;
}

test(
  "every row of tokenization.jsonl: ids, token types, mask, tokens",
  { skip: unless(CHECKPOINT, REFERENCE) },
  async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(CHECKPOINT);
    const rows = readFileSync(REFERENCE, "utf8").trimEnd().split("\n");
    for (const line of rows) {
      const { text, pair, max_length, tokens, ...columns } = JSON.parse(line) as ReferenceRow;
      const found = tokenizer(text, {
        textPair: pair ?? undefined,
        truncation: max_length !== null,
        maxLength: max_length ?? undefined,
      });
      assert.deepEqual(found, columns, line);
      assert.deepEqual(tokenizer.convertIdsToTokens(found.input_ids), tokens, line);
    }
  },
);

describe("all sentences of SST-2", { skip: unless(CHECKPOINT, SST2) }, () => {
  const digests = JSON.parse(readFileSync(path.join(FIXTURES, "sst2-token-digest.json"), "utf8")) as {
    splits: Record<string, { sentences: number; tokens: number; sha256: string }>;
  };
  const files = { train: "train.tsv", validation: "dev.tsv", test: "test.tsv" };
  for (const [split, file] of Object.entries(files)) {
    test(split, async () => {
      const tokenizer = await AutoTokenizer.fromPretrained(CHECKPOINT);
      const [header = "", ...lines] = readFileSync(path.join(SST2, file), "utf8").trimEnd().split("\n");
      const column = header.split("\t").indexOf("sentence");
      const rows = tokenizer(lines.map((line) => line.split("\t")[column] ?? "")).input_ids;
      const hash = createHash("sha256");
      // -1 after each sentence, so that the digest also fixes where it ends.
      for (const ids of rows) hash.update(Int32Array.of(...ids, -1));
      const tokens = rows.reduce((sum, ids) => sum + ids.length, 0);
      assert.deepEqual({ sentences: rows.length, tokens, sha256: hash.digest("hex") }, digests.splits[split]);
    });
  }
});
