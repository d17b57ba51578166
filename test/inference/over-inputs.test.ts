import assert from "node:assert/strict";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { before, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import { attentionMap } from "../../lib/src/inference/attention-map";
import { attribute } from "../../lib/src/inference/attribute";
import { pipeline } from "../../lib/src/inference/pipeline";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { startEngine } from "../engine";
import { tinyBert } from "../models/tiny-bert";

const WORDS = ["a", "good", "bad", "film"];
const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS], {
  model_max_length: 12,
});
const classifier = (batchSize = 4) =>
  pipeline("text-classification", { model: tinyBert(), tokenizer, batchSize });

/** Texts of many lengths, each with its own answer. */
const textOf = (row: number) =>
  Array.from({ length: 1 + ((row * 7) % 9) }, (_, i) => WORDS[(row + i) % 4]).join(" ");

/** Counts how many texts were asked for, and whether the source was let go. */
function source(length: number) {
  const state = { read: 0, closed: false };
  async function* texts() {
    try {
      for (; state.read < length;) {
        await setImmediate();
        yield textOf(state.read++);
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, texts: texts() };
}

describe("any number of texts", () => {
  before(() => startEngine("wasm"));

  test("are answered in their order, as one by one, whatever batches they were in", async () => {
    const classify = classifier();
    const texts = Array.from({ length: 50 }, (_, row) => textOf(row));
    const streamed = [];
    for await (const answer of classify.stream(texts, { topK: null })) streamed.push(answer);
    assert.equal(streamed.length, 50);
    for (const [row, answer] of streamed.entries()) {
      const alone = await classify(texts[row]!, { topK: null });
      assert.equal(answer[0]!.label, alone[0]!.label, `text ${row}`);
      assert.ok(Math.abs(answer[0]!.score - alone[0]!.score) < 1e-5, `text ${row}`);
    }
    const together = await classify(texts, { topK: null });
    assert.deepEqual(together, streamed);
  });

  test("no more of them are read than the look ahead says, and no tensor stays", async () => {
    const { state, texts } = source(300);
    const tensors = tf.memory().numTensors;
    const classify = classifier();
    await classify.warmUp();
    const before = tf.memory().numTensors;
    let answered = 0;
    for await (const answer of classify.stream(texts, { lookAhead: 10 })) {
      assert.equal(answer.length, 1);
      answered += 1;
      assert.ok(state.read - answered <= 10, `${state.read} read, ${answered} answered`);
    }
    assert.equal(answered, 300);
    assert.ok(before > tensors);
    assert.equal(tf.memory().numTensors, before);
  });

  test("lookAhead 1 answers each before the next is read", async () => {
    const { state, texts } = source(5);
    let answered = 0;
    for await (const [best] of classifier().stream(texts, { lookAhead: 1 })) {
      assert.ok(best);
      assert.equal(state.read, ++answered);
    }
  });

  test("come from the lines of a file", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "finetune-lines-"));
    try {
      const file = path.join(folder, "texts.txt");
      writeFileSync(file, Array.from({ length: 20 }, (_, row) => textOf(row)).join("\n"));
      const extract = pipeline("feature-extraction", { model: tinyBert(), tokenizer });
      let vectors = 0;
      for await (const vector of extract.stream(createInterface({ input: createReadStream(file) }))) {
        assert.equal(vector.length, 8);
        vectors += 1;
      }
      assert.equal(vectors, 20);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("are left when the caller leaves: the source is closed", async () => {
    const { state, texts } = source(100);
    for await (const answer of classifier().stream(texts, { lookAhead: 8 })) {
      if (answer) break;
    }
    assert.equal(state.closed, true);
    assert.ok(state.read <= 8);
  });

  test("an abort ends the work between two batches, with its reason, and closes the source", async () => {
    const { state, texts } = source(10_000);
    const controller = new AbortController();
    const classify = classifier();
    let answered = 0;
    await assert.rejects(async () => {
      for await (const answer of classify.stream(texts, { signal: controller.signal, lookAhead: 8 })) {
        assert.ok(answer);
        if (++answered === 20) controller.abort(new Error("enough"));
      }
    }, /enough/);
    assert.ok(answered < 40, `${answered} answered`);
    assert.equal(state.closed, true);
    // Of an array as well, while it runs and before.
    const many = Array.from({ length: 4000 }, (_, row) => textOf(row));
    const other = new AbortController();
    const running = classify(many, { signal: other.signal });
    await setImmediate();
    other.abort();
    await assert.rejects(running, { name: "AbortError" });
    await assert.rejects(classify(many, { signal: other.signal }), { name: "AbortError" });
    assert.ok(await classify("a good film"), "it goes on afterwards");
  });

  test("an abort is heard while the source is silent", async () => {
    const controller = new AbortController();
    async function* silent() {
      yield "a good film";
      await new Promise(() => undefined);
    }
    const stream = classifier().stream(silent(), { signal: controller.signal, lookAhead: 1 });
    assert.equal((await stream.next()).done, false);
    const waiting = stream.next();
    controller.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
  });

  test("one text is not many: its letters are no texts", async () => {
    await assert.rejects(
      classifier().stream("a good film").next(),
      /stream takes many texts, and this is one/,
    );
    for (const none of [42, null, { text: "a good film" }]) {
      const answers = classifier().stream(none as never);
      await assert.rejects(answers.next(), { name: "ConfigError", message: /it takes texts, and this is / });
    }
  });

  test("a batch that fails leaves no tensor behind", async () => {
    const open = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS]);
    const long = Array.from({ length: 40 }, () => "a").join(" ");
    const model = tinyBert();
    const tensors = tf.memory().numTensors;
    const classify = pipeline("text-classification", { model, tokenizer: open });
    await assert.rejects(classify(["a", long]), /text-classification: text 1 /);
    const extract = pipeline("feature-extraction", { model, tokenizer: open });
    await assert.rejects(extract(["a", long]), /feature-extraction: text 1 /);
    await assert.rejects(attribute(model, open, long), ConfigError);
    await assert.rejects(attribute(model, open, "a", { label: "none such" }), ConfigError);
    await assert.rejects(attentionMap(model, open, long), ConfigError);
    assert.equal(tf.memory().numTensors, tensors);
  });

  test("one that is none, or that the model cannot take, is named by its number", async () => {
    const texts = [...Array.from({ length: 30 }, (_, row) => textOf(row)), 7 as unknown as string];
    await assert.rejects(classifier()(texts), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^text-classification: text 30 is number, and no string\.$/);
      return true;
    });
    const fill = pipeline("fill-mask", {
      model: (await import("../../lib/src/models/bert/for-masked-lm")).BertForMaskedLM.prototype,
      tokenizer,
    });
    await assert.rejects(
      fill(["a [MASK] film", "a film"]),
      /^ConfigError: fill-mask: text 1 \("a film"\): .* has no \[MASK\]/,
    );
    const short = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS]);
    const classify = pipeline("text-classification", { model: tinyBert(), tokenizer: short });
    const long = Array.from({ length: 40 }, () => "a").join(" ");
    await assert.rejects(async () => {
      for await (const answer of classify.stream(["a", "good", long, "film"])) assert.ok(answer);
    }, /^ConfigError: text-classification: text 2 \("a a a .*…"\): Row 0 of the batch: positions has 12/);
  });

  test("refuses options that there are not", () => {
    assert.throws(() => classifier().stream([], { lookahead: 3 } as object), /'lookAhead'/);
  });

  test("a look ahead has to count texts", async () => {
    await assert.rejects(
      classifier().stream(["a"], { lookAhead: 0 }).next(),
      /lookAhead is 0; it counts texts/,
    );
  });
});
