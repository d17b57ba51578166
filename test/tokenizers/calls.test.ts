import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { dispose } from "@tensorflow/tfjs-core";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { camelCase, expected, FIXTURES } from "./expected";

const load = (name: "cased" | "uncased" = "uncased") =>
  AutoTokenizer.fromPretrained(path.join(FIXTURES, name));

for (const name of ["uncased", "cased"] as const) {
  test(`calls return what transformers returns, ${name}`, async () => {
    const tokenizer = await load(name);
    for (const { text, options, result } of expected[name].calls) {
      assert.deepEqual(tokenizer(text, camelCase(options)), result, JSON.stringify({ text, options }));
    }
  });

  test(`decode and batchDecode return what transformers returns, ${name}`, async () => {
    const tokenizer = await load(name);
    for (const { ids, options, text } of expected[name].decoded) {
      assert.equal(tokenizer.decode(ids, camelCase(options)), text, JSON.stringify({ ids, options }));
      assert.deepEqual(tokenizer.batchDecode([ids, Int32Array.from(ids)], camelCase(options)), [text, text]);
    }
  });

  test(`sizes and special ids are transformers', ${name}`, async () => {
    const tokenizer = await load(name);
    assert.equal(tokenizer.vocabSize, expected[name].vocab_size);
    assert.equal(tokenizer.size, expected[name].length);
    assert.equal(tokenizer.getVocab().size, expected[name].length);
    assert.deepEqual(tokenizer.allSpecialIds, expected[name].all_special_ids);
    assert.deepEqual(tokenizer.allSpecialTokens, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
    const { padTokenId, unkTokenId, clsTokenId, sepTokenId, maskTokenId } = tokenizer;
    assert.deepEqual([padTokenId, unkTokenId, clsTokenId, sepTokenId, maskTokenId], [0, 1, 2, 3, 4]);
    assert.deepEqual([tokenizer.numSpecialTokensToAdd(), tokenizer.numSpecialTokensToAdd(true)], [2, 3]);
  });
}

test("tensors are int32 [texts, length], one text too", async () => {
  const tokenizer = await load();
  const batch = tokenizer(["the movie", "bad"], { padding: true, returnTensors: "tf" });
  for (const column of [batch.input_ids, batch.token_type_ids, batch.attention_mask]) {
    assert.equal(column.dtype, "int32");
    assert.deepEqual(column.shape, [2, 4]);
    column.dispose();
  }
  const one = tokenizer("the movie", { returnTensors: "tf", returnTokenTypeIds: false });
  assert.deepEqual(one.input_ids.shape, [1, 4]);
  assert.deepEqual(Object.keys(one), ["input_ids", "attention_mask"]);
  assert.throws(
    () => tokenizer(["the movie", "bad"], { returnTensors: "tf" }),
    /4 and 3 tokens \(row 1\).*padding: true/,
  );
});

test("the types follow the arguments", async () => {
  const tokenizer = await load();
  const one: number[] = tokenizer("bad").input_ids;
  const many: number[][] = tokenizer(["bad"], { truncation: true }).attention_mask;
  const text: string | string[] = Date.now() > 0 ? "bad" : ["bad"];
  const either: number[] | number[][] = tokenizer(text).token_type_ids;
  // @ts-expect-error -- a column that is left out is not in the type
  const none: unknown = tokenizer("bad", { returnTokenTypeIds: false }).token_type_ids;
  assert.deepEqual([one.length, many.length, either.length, none], [3, 1, 3, undefined]);
});

test("tokenize, encode and the conversions", async () => {
  const tokenizer = await load();
  assert.deepEqual(tokenizer.tokenize("The movie, bad"), ["the", "movie", ",", "bad"]);
  assert.deepEqual(tokenizer.tokenize("bad", { addSpecialTokens: true }), ["[CLS]", "bad", "[SEP]"]);
  assert.deepEqual(tokenizer.encode("bad"), tokenizer("bad").input_ids);
  const id = tokenizer.convertTokensToIds("movie");
  assert.equal(tokenizer.convertIdsToTokens(id), "movie");
  assert.deepEqual(tokenizer.convertTokensToIds(["movie", "no such token"]), [id, tokenizer.unkTokenId]);
  assert.throws(
    () => tokenizer.convertIdsToTokens([99999]),
    /no token with id 99999; the vocabulary has \d+ tokens/,
  );
});

test("pad takes rows or columns, on either side", async () => {
  const tokenizer = await load();
  const rows = [{ input_ids: [2, 5, 3] }, { input_ids: Int32Array.of(2, 3) }];
  assert.deepEqual(tokenizer.pad(rows), {
    input_ids: [
      [2, 5, 3],
      [2, 3, 0],
    ],
    attention_mask: [
      [1, 1, 1],
      [1, 1, 0],
    ],
  });
  tokenizer.paddingSide = "left";
  const columns = { input_ids: [[2, 5, 3], [2]], token_type_ids: [[0, 1, 1], [0]] };
  const padded = tokenizer.pad(columns, { padToMultipleOf: 4, returnTensors: "tf" });
  assert.deepEqual(padded.input_ids.arraySync(), [
    [0, 2, 5, 3],
    [0, 0, 0, 2],
  ]);
  assert.deepEqual(padded.attention_mask.arraySync(), [
    [0, 1, 1, 1],
    [0, 0, 0, 1],
  ]);
  assert.deepEqual(padded.token_type_ids.arraySync(), [
    [0, 0, 1, 1],
    [0, 0, 0, 0],
  ]);
  dispose([padded.input_ids, padded.attention_mask, padded.token_type_ids]);
  assert.throws(() => tokenizer.pad([{ ids: [1] } as never]), /need input_ids; row 0 has ids/);
  assert.throws(
    () => tokenizer.pad([{ input_ids: [1], attention_mask: [1] }, { input_ids: [1] }]),
    /Row 1 has no attention_mask/,
  );
});

test("a text longer than the model takes is reported once", async (t) => {
  const tokenizer = await load();
  const warn = t.mock.method(console, "warn", () => undefined);
  const long = "bad ".repeat(200);
  assert.equal(tokenizer(long).input_ids.length, 202);
  tokenizer(long + long);
  assert.equal(warn.mock.callCount(), 1);
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /202 > 128/);
  assert.equal(tokenizer(long, { truncation: true }).input_ids.length, 128);
  assert.equal(
    tokenizer(long, { maxLength: 9 }).input_ids.length,
    9,
    "maxLength alone shortens, with a warning",
  );
  assert.equal(warn.mock.callCount(), 2);
});

test("it prints what it is", async () => {
  const tokenizer = await load();
  assert.match(
    String(tokenizer),
    /^BertTokenizer\(nameOrPath='.*uncased', vocabSize=\d+, modelMaxLength=128, paddingSide='right'/,
  );
});
