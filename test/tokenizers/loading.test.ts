import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { FIXTURES } from "./expected";

const scratch = mkdtempSync(path.join(tmpdir(), "tokenizers-"));
after(() => rmSync(scratch, { recursive: true }));

type Json = Record<string, unknown>;

/** A model directory with these files; objects are written as JSON. */
function directory(files: Record<string, unknown>): string {
  const folder = mkdtempSync(path.join(scratch, "model-"));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

function fixture(): { model: Json & { vocab: Record<string, number> } } & Json {
  const text = readFileSync(path.join(FIXTURES, "uncased/tokenizer.json"), "utf8");
  return JSON.parse(text) as ReturnType<typeof fixture>;
}

const VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "Hello", "##s", "world", "é", "e"];

describe("a folder with only vocab.txt", () => {
  test("gives BERT's tokenizer", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(directory({ "vocab.txt": VOCAB.join("\n") + "\n" }));
    assert.deepEqual(tokenizer("Hellos [SEP] world é").input_ids, [2, 5, 7, 3, 8, 10, 3]);
    assert.equal(tokenizer.vocabSize, VOCAB.length);
    assert.equal(tokenizer.decode([2, 5, 7, 3], { skipSpecialTokens: true }), "hellos");
  });

  test("obeys tokenizer_config.json, and takes Windows' line ends", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(
      directory({
        "vocab.txt": VOCAB.join("\r\n"),
        "tokenizer_config.json": { do_lower_case: false, model_max_length: 64 },
      }),
    );
    assert.deepEqual(tokenizer("Hellos hello é").input_ids, [2, 6, 7, 5, 9, 3]);
    assert.equal(tokenizer.modelMaxLength, 64);
  });

  test("is what BertTokenizer.fromVocab makes of a list", () => {
    const tokenizer = BertTokenizer.fromVocab(VOCAB, { strip_accents: false });
    assert.deepEqual(tokenizer("HELLO É").input_ids, [2, 5, 9, 3]);
  });
});

describe("the longest text", () => {
  const files = { "vocab.txt": VOCAB.join("\n") };
  test("is the config's max_position_embeddings where the tokenizer does not say", async () => {
    const folder = directory({ ...files, "config.json": { max_position_embeddings: 512 } });
    assert.equal((await AutoTokenizer.fromPretrained(folder)).modelMaxLength, 512);
  });
  test("is 1e30 where nobody says", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(directory(files));
    assert.equal(tokenizer.modelMaxLength, 1e30);
    assert.equal(tokenizer("hello ".repeat(2000), { truncation: true }).input_ids.length, 2002);
    assert.throws(() => tokenizer("hello", { padding: "max_length" }), /needs maxLength/);
  });
});

test("tokenizer_config.json counts above tokenizer.json's normaliser, but not for a generic class", async () => {
  const json = fixture();
  const load = (config: Json) =>
    AutoTokenizer.fromPretrained(directory({ "tokenizer.json": json, "tokenizer_config.json": config }));
  assert.deepEqual((await load({ do_lower_case: false })).tokenize("Bad"), ["[UNK]"]);
  const generic = { do_lower_case: false, tokenizer_class: "PreTrainedTokenizerFast" };
  assert.deepEqual((await load(generic)).tokenize("Bad"), ["bad"]);
});

test("DistilBERT's columns: no token types", async () => {
  const config = { model_input_names: ["input_ids", "attention_mask"] };
  const folder = directory({ "vocab.txt": VOCAB.join("\n"), "tokenizer_config.json": config });
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  assert.deepEqual(tokenizer("hello"), { input_ids: [2, 5, 3], attention_mask: [1, 1, 1] });
});

test("BertProcessing, another normaliser and no pre-tokenizer are taken from the library", async () => {
  const json = {
    ...fixture(),
    added_tokens: [],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
  };
  const tokenizer = await AutoTokenizer.fromPretrained(directory({ "tokenizer.json": json }));
  const tokens = tokenizer.convertIdsToTokens(tokenizer("The movie", { textPair: "BAD" }).input_ids);
  assert.deepEqual(tokens, ["[CLS]", "the", "movie", "[SEP]", "bad", "[SEP]"]);
});

test("a ByteLevel processor adds no tokens, alone or beside one that does", async () => {
  const byteLevel = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
  const idsWith = async (post_processor: Json) => {
    const folder = directory({ "tokenizer.json": { ...fixture(), post_processor } });
    return (await AutoTokenizer.fromPretrained(folder))("the movie").input_ids;
  };
  const bert = { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] };
  const alone = await idsWith(byteLevel);
  assert.deepEqual(await idsWith({ type: "Sequence", processors: [byteLevel, bert] }), [2, ...alone, 3]);
  assert.equal(alone.length, 2);
});

describe("savePretrained", () => {
  for (const name of ["uncased", "cased"]) {
    test(`writes what loads as the same tokenizer, ${name}`, async () => {
      const tokenizer = await AutoTokenizer.fromPretrained(path.join(FIXTURES, name));
      const folder = path.join(scratch, "saved", name);
      await tokenizer.savePretrained(folder);
      assert.deepEqual(readdirSync(folder).sort(), ["tokenizer.json", "tokenizer_config.json"]);
      const again = await AutoTokenizer.fromPretrained(folder);
      const text = "New York: the Movie <url> [MASK] was grÉat 𠀀 1 2";
      assert.deepEqual(again(text), tokenizer(text));
      assert.equal(again.modelMaxLength, tokenizer.modelMaxLength);
      assert.deepEqual([...again.getVocab()].sort(), [...tokenizer.getVocab()].sort());
      const vocab = /"vocab": \{\s*"\[PAD\]": 0,\s*"\[UNK\]": 1,/;
      assert.match(readFileSync(path.join(folder, "tokenizer.json"), "utf8"), vocab);
    });
  }
});

describe("bad input", () => {
  const refused = (files: Record<string, unknown>, message: RegExp) =>
    assert.rejects(AutoTokenizer.fromPretrained(directory(files)), { name: "TokenizerError", message });
  const without = (token: string) => {
    const json = fixture();
    delete json.model.vocab[token];
    return { ...json, added_tokens: [] };
  };

  test("no [UNK] in tokenizer.json", () =>
    refused(
      { "tokenizer.json": without("[UNK]") },
      /tokenizer\.json: the vocabulary lacks the unknown token "\[UNK\]"/,
    ));
  test("no [UNK] in vocab.txt", () =>
    refused({ "vocab.txt": "[PAD]\n[CLS]\n[SEP]\n" }, /vocab\.txt: the vocabulary lacks the unknown token/));
  test("no [SEP], no [PAD]", async () => {
    await refused({ "tokenizer.json": without("[SEP]") }, /lacks the special token "\[SEP\]" \(sep_token\)/);
    await refused({ "tokenizer.json": without("[PAD]") }, /lacks the special token "\[PAD\]" \(pad_token\)/);
  });
  test("[MASK] may be missing", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(directory({ "tokenizer.json": without("[MASK]") }));
    assert.equal(tokenizer.maskTokenId, undefined);
    assert.equal(tokenizer.maskToken, undefined);
  });
  test("a template that adds a token under another id", () => {
    const json = fixture();
    json.model.vocab["[SEP]"] = 9999;
    return refused(
      { "tokenizer.json": { ...json, added_tokens: [] } },
      /adds "\[SEP\]" as id 3, but in the vocabulary it is 9999/,
    );
  });
  test("not JSON, not a tokenizer, nothing at all", async () => {
    await refused({ "tokenizer.json": "{ nonsense" }, /tokenizer\.json: is not valid JSON/);
    await refused({ "tokenizer.json": "[1, 2]" }, /not a tokenizer\.json/);
    await refused(
      {},
      /holds no tokenizer that is read here \(looked for tokenizer\.json, then for a BERT's vocab\.txt, then/,
    );
  });
  test("a model of another kind", async () => {
    const json = fixture();
    await refused(
      { "tokenizer.json": { ...json, model: { type: "WordLevel", vocab: {} } } },
      /its model is WordLevel; WordPiece .* are supported/,
    );
    await refused({ "tokenizer.json": { ...json, model: { vocab: { a: 0 } } } }, /its model is WordLevel/);
  });
  test("ids that are no integers, or given twice", async () => {
    const json = fixture();
    const model = (vocab: Json) => ({ "tokenizer.json": { ...json, model: { ...json.model, vocab } } });
    await refused(model({ "[UNK]": 0.5 }), /token "\[UNK\]" has id 0\.5/);
    for (const id of [-1, 0.5, 2 ** 40, "7"]) {
      const added_tokens = [...(json.added_tokens as unknown[]), { content: "<x>", id }];
      await refused(
        { "tokenizer.json": { ...json, added_tokens } },
        /added_tokens\[\d+\] has no "content" with an "id"/,
      );
    }
    await refused(model({ "[UNK]": 0, a: 0 }), /tokens "\[UNK\]" and "a" have the same id, 0/);
  });
  test("a file instead of a folder, a name that is none", async () => {
    mkdirSync(path.join(scratch, "folder"), { recursive: true });
    await assert.rejects(AutoTokenizer.fromPretrained("./no-such-checkpoint"), { name: "CheckpointError" });
  });

  test("what is no text", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(path.join(FIXTURES, "uncased"));
    const refusedText = (text: unknown, message: RegExp, options = {}) =>
      assert.throws(() => tokenizer(text as string, options), { name: "TokenizerError", message });
    refusedText(["a", "b", 3], /text\[2\] is a value of type number/);
    refusedText(["a", null], /text\[1\] is null/);
    refusedText(undefined, /text is a value of type undefined/);
    refusedText([], /text is an empty list/);
    refusedText(["a"], /text holds 1 and textPair 2/, { textPair: ["b", "c"] });
    refusedText("a", /textPair\[0\] is an array|both strings, or both lists/, { textPair: ["b"] });
    refusedText("a", /maxLength 1 leaves no room for the 2 special tokens/, {
      truncation: true,
      maxLength: 1,
    });
    refusedText("a", /maxLength is 2\.5/, { truncation: true, maxLength: 2.5 });
    refusedText("a b c d", /"only_second" needs a textPair/, { truncation: "only_second", maxLength: 3 });
  });
});

describe("tokens that other files than tokenizer.json name", () => {
  const vocabulary = [...VOCAB, "see", "<", ">", "url", "now"].join("\n");
  const load = (files: Record<string, unknown>) =>
    AutoTokenizer.fromPretrained(directory({ "vocab.txt": vocabulary, ...files }));
  const url = {
    content: "<url>",
    lstrip: false,
    rstrip: false,
    normalized: false,
    single_word: false,
    special: true,
  };

  test("added_tokens.json: found in cleaned text too, and no special tokens", async () => {
    const tokenizer = await load({ "added_tokens.json": { "<url>": 16 } });
    assert.deepEqual(tokenizer.tokenize("see <URL> now"), ["see", "<url>", "now"]);
    assert.deepEqual(tokenizer("see <url>").input_ids, [2, 11, 16, 3]);
    assert.deepEqual([tokenizer.vocabSize, tokenizer.size], [16, 17]);
    assert.equal(tokenizer.decode([11, 16], { skipSpecialTokens: true }), "see <url>");
  });

  test("added_tokens_decoder: with the flags that it gives", async () => {
    const tokenizer = await load({ "tokenizer_config.json": { added_tokens_decoder: { 16: url } } });
    assert.deepEqual(tokenizer.tokenize("see <url> now"), ["see", "<url>", "now"]);
    assert.deepEqual(tokenizer.tokenize("see <URL> now"), ["see", "<", "url", ">", "now"]);
    assert.equal(tokenizer.decode([11, 16], { skipSpecialTokens: true }), "see");
  });

  for (const [key, value] of [
    ["additional_special_tokens", ["<url>", { content: "<b>" }]],
    ["extra_special_tokens", { link: "<url>", bold: "<b>" }],
  ] as const) {
    test(`${key}: they get the next ids`, async () => {
      const tokenizer = await load({ "special_tokens_map.json": { [key]: value } });
      assert.deepEqual(tokenizer("<b> see <url>").input_ids, [2, 17, 11, 16, 3]);
      assert.deepEqual(tokenizer.additionalSpecialTokens, ["<url>", "<b>"]);
      assert.deepEqual(tokenizer.allSpecialTokens.slice(-2), ["<url>", "<b>"]);
    });
  }

  test("they are saved, and stay when the vocabulary is cut", async () => {
    const tokenizer = await load({ "tokenizer_config.json": { added_tokens_decoder: { 16: url } } });
    const folder = directory({});
    await tokenizer.savePretrained(folder);
    const again = await AutoTokenizer.fromPretrained(folder);
    assert.deepEqual(again("see <url> now").input_ids, tokenizer("see <url> now").input_ids);
    const cut = tokenizer.keepTokens([0, 1, 2, 3, 4, 16, 11]);
    assert.deepEqual(cut("see <url>").input_ids, [2, 6, 5, 3]);
  });

  for (const [what, files, message] of [
    [
      "an id of another token",
      { "added_tokens.json": { "<url>": 5 } },
      /"<url>" has the id 5, which is that of "hello"/,
    ],
    ["no id", { "added_tokens.json": { "<url>": "six" } }, /"<url>" has the id "six"/],
    ["an id below 0", { "added_tokens.json": { "<url>": -1 } }, /the id -1/],
    ["no token", { "tokenizer_config.json": { added_tokens_decoder: { 16: { id: 3 } } } }, /is no token/],
    ["a list of them", { "tokenizer_config.json": { added_tokens_decoder: [url] } }, /no object of tokens/],
  ] as const) {
    test(`${what} is refused`, async () => {
      await assert.rejects(load(files), { name: "TokenizerError", message });
    });
  }
});

test("words that are called like properties of objects are words", async () => {
  const strange = ["__proto__", "constructor", "toString", "##constructor"];
  const tokenizer = BertTokenizer.fromVocab([...VOCAB, ...strange], { do_lower_case: false });
  for (const [i, word] of ["__proto__", "constructor", "toString"].entries()) {
    assert.equal(tokenizer.convertTokensToIds(word), VOCAB.length + i);
  }
  assert.equal(tokenizer.convertTokensToIds("valueOf"), 1);
  const cut = tokenizer.keepTokens([0, 1, 2, 3, 4, 11, 12]);
  assert.deepEqual(cut.convertIdsToTokens([5, 6]), ["__proto__", "constructor"]);
  assert.deepEqual(cut("constructor valueOf").input_ids, [2, 6, 1, 3]);
  const folder = directory({});
  await cut.savePretrained(folder);
  const again = await AutoTokenizer.fromPretrained(folder);
  assert.deepEqual(again.convertTokensToIds(["__proto__", "constructor"]), [5, 6]);
});
