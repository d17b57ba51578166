import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { AutoTokenizer } from "../../../lib/src/tokenizers/auto-tokenizer";
import { PreTrainedTokenizer } from "../../../lib/src/tokenizers/pretrained-tokenizer";
import { parseTokenizerJson } from "../../../lib/src/tokenizers/tokenizer-json";
import { MODEL_FIXTURES } from "../../differential/model-fixtures";
import { assertCutsAs, type Answer } from "../../differential/tokenizer-answers";
import { FIXTURES } from "../expected";

const read = (name: string) => JSON.parse(readFileSync(path.join(FIXTURES, name), "utf8")) as unknown;
const { texts } = read("parts.json") as { texts: string[] };
const answers = read("models/answers.json") as Record<string, Answer[]>;

describe("tokenizers that the Rust library trained cut as it does", () => {
  for (const [name, content] of MODEL_FIXTURES) {
    test(name, () => assertCutsAs(content, texts, answers[name]!));
  }
});

type Json = Record<string, unknown>;
const model = (name: string) => (MODEL_FIXTURES.get(name) as { model: Json }).model;

describe("a damaged model is refused by name", () => {
  for (const [name, base, change, message] of [
    ["no merges", "roberta", { merges: 3 }, /model\.merges is no list/],
    ["a merge of three", "roberta", { merges: ["a b c"] }, /model\.merges\[0\] is "a b c", which is no pair/],
    [
      "a merge of strangers",
      "roberta",
      { merges: [["a", "ſ"]] },
      /model\.merges\[0\] joins "a" and "ſ", of which, or of what they become, the vocabulary has no token/,
    ],
    ["merges left out by chance", "roberta", { dropout: 0.1 }, /model\.dropout is 0\.1/],
    ["an unknown token that is none", "bpe-with-suffix", { unk_token: "?" }, /lacks the unknown token "\?"/],
    ["no pieces", "albert", { vocab: [] }, /model\.vocab is no list of pieces/],
    ["a piece without a score", "albert", { vocab: [["a"]] }, /model\.vocab\[0\] is \["a"\]/],
    ["an unknown piece that is none", "albert", { unk_id: 9999 }, /model\.unk_id is 9999/],
    ["another model", "albert", { type: "WordLevel" }, /its model is WordLevel; WordPiece .* are supported/],
  ] as [string, string, Json, RegExp][]) {
    test(name, () => {
      const content = { ...(MODEL_FIXTURES.get(base) as Json), model: { ...model(base), ...change } };
      assert.throws(
        () => {
          const json = parseTokenizerJson(content, "a/tokenizer.json");
          return new PreTrainedTokenizer({ json, config: {}, file: "a/tokenizer.json" });
        },
        (error: Error) => {
          assert.equal(error.name, "TokenizerError");
          assert.match(error.message, /^a\/tokenizer\.json: /);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe("a RoBERTa that ships vocab.json and merges.txt", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-roberta-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  before(() => {
    const { vocab, merges } = model("roberta") as { vocab: Json; merges: [string, string][] };
    writeFileSync(path.join(folder, "vocab.json"), JSON.stringify(vocab));
    const lines = ["#version: 0.2", ...merges.map((pair) => pair.join(" ")), ""];
    writeFileSync(path.join(folder, "merges.txt"), lines.join("\n"));
    const config = { model_type: "roberta", max_position_embeddings: 514, pad_token_id: 1 };
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  });

  test("cuts as its tokenizer.json does", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(folder);
    for (const [i, text] of texts.entries())
      assert.deepEqual(tokenizer(text).input_ids, answers.roberta![i]!.ids);
    const { ids, pair } = answers.roberta![10]!;
    assert.deepEqual(tokenizer(texts[10]!, { textPair: texts[9]! }).input_ids, pair![0]);
    assert.equal(tokenizer.decode(ids), answers.roberta![10]!.decoded);
    assert.deepEqual(Object.keys(tokenizer("a film")), ["input_ids", "attention_mask"]);
    assert.equal(tokenizer.modelMaxLength, 512);
    assert.deepEqual([tokenizer.clsToken, tokenizer.padTokenId, tokenizer.maskToken], ["<s>", 1, "<mask>"]);
  });

  test("is saved as a tokenizer.json that cuts the same", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(folder);
    await tokenizer.savePretrained(path.join(folder, "saved"));
    const again = await AutoTokenizer.fromPretrained(path.join(folder, "saved"));
    for (const text of texts) assert.deepEqual(again(text), tokenizer(text));
    const saved = JSON.parse(
      readFileSync(path.join(folder, "saved", "tokenizer_config.json"), "utf8"),
    ) as Json;
    assert.equal(saved.tokenizer_class, "RobertaTokenizer");
  });
});

test("of a vocabulary in SentencePiece's own format it is said what to do", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-spm-"));
  try {
    writeFileSync(path.join(folder, "spm.model"), "");
    await assert.rejects(AutoTokenizer.fromPretrained(folder), {
      name: "TokenizerError",
      message:
        /looked for tokenizer\.json.*spm\.model, SentencePiece's own format.*save_pretrained\(FOLDER\) makes a tokenizer\.json/,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a character that no piece and no unknown token can stand for is an error, not another token", () => {
  const content = MODEL_FIXTURES.get("xlm-roberta") as Json;
  const json = parseTokenizerJson({ ...content, model: { ...model("xlm-roberta"), unk_id: null } }, "t.json");
  const tokenizer = new PreTrainedTokenizer({ json, config: {}, file: "t.json" });
  assert.throws(() => tokenizer("\u{1f9ff}"), /t\.json: the vocabulary cannot spell .*unk_id names no token/);
});

test("a word of a hundred thousand characters is cut in good time", () => {
  for (const name of ["roberta", "xlm-roberta", "bpe-byte-fallback"]) {
    const json = parseTokenizerJson(MODEL_FIXTURES.get(name), "t.json");
    const tokenizer = new PreTrainedTokenizer({ json, config: {}, file: "t.json" });
    const text = "thefilm".repeat(15_000);
    assert.equal(tokenizer.decode(tokenizer.encode(text, { addSpecialTokens: false })).trim(), text);
  }
});
