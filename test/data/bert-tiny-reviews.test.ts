import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { loadDataset } from "../../lib/src/datasets/load-dataset";

const FOLDER = path.resolve(__dirname, "../../data/bert-tiny-reviews");
const json = (name: string) => JSON.parse(readFileSync(path.join(FOLDER, name), "utf8")) as Record<string, unknown>;
const tokens = readFileSync(path.join(FOLDER, "vocab.txt"), "utf8").trimEnd().split("\n");

test("the vocabulary is the same in all its files", () => {
  const model = json("tokenizer.json")["model"] as { type: string; vocab: Record<string, number> };
  assert.equal(model.type, "WordPiece");
  assert.deepEqual(model.vocab, Object.fromEntries(tokens.map((token, number) => [token, number])));
  assert.equal(json("config.json")["vocab_size"], tokens.length);
  assert.deepEqual(tokens.slice(0, 5), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
  assert.ok(tokens.length >= 2000 && tokens.length <= 4000);
});

test("every letter of the Latin alphabet can begin a word and go on with one", () => {
  const known = new Set(tokens);
  for (const letter of "abcdefghijklmnopqrstuvwxyz0123456789ßæøđł") {
    assert.ok(known.has(letter) && known.has(`##${letter}`), letter);
  }
  for (const sign of "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~€£…“”‘’–—") assert.ok(known.has(sign), sign);
});

test("every character of the reviews is known", async () => {
  const known = new Set(tokens);
  for (const [, split] of await loadDataset("reviews")) {
    for (const sentence of split.column("sentence")) {
      for (const character of sentence.toLowerCase().replace(/\s/g, "")) assert.ok(known.has(character), character);
    }
  }
});

test("the checkpoint is a configuration without weights", () => {
  assert.deepEqual(readdirSync(FOLDER).sort(), ["config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"]);
  const config = json("config.json") as Record<string, number>;
  assert.equal(config["hidden_size"]! % config["num_attention_heads"]!, 0);
});
