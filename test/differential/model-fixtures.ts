import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

const FOLDER = path.resolve(__dirname, "../fixtures/tokenizers/models");

/** SentencePiece's table of characters, as a tokenizer.json has it. */
export const CHARSMAP = gunzipSync(readFileSync(path.join(FOLDER, "nmt_nfkc.charsmap.gz"))).toString(
  "latin1",
);

/** The tokenizers that make_model_fixtures.py trained, by name, with the table in its place. */
export const MODEL_FIXTURES: ReadonlyMap<string, unknown> = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json") && name !== "answers.json")
    .map((name) => {
      const text = readFileSync(path.join(FOLDER, name), "utf8");
      const withTable = (key: string, value: unknown): unknown =>
        key === "precompiled_charsmap" ? CHARSMAP : value;
      return [name.replace(".json", ""), JSON.parse(text, withTable)];
    }),
);
