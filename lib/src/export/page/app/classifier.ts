import * as ort from "onnxruntime-web";
import { softmax } from "../../../evaluation/softmax";
import { vocabularyOf } from "../../../tokenizers/models/configuration";
import { Template } from "../../../tokenizers/processors/template";
import { TextEncoder } from "../../../tokenizers/text-encoder";
import type { TokenizerJson } from "../../../tokenizers/tokenizer-json";
import { loadPart } from "./parts";
import type { PageSettings } from "./settings";

/** A label and how much the model holds of it; of a regression, its number. */
export interface Answer {
  label: string;
  score: number;
}

export type Classify = (text: string) => Promise<Answer[]>;

/** Loads model, runtime and tokenizer. @returns what answers, the likeliest label first */
export async function loadClassifier(settings: PageSettings): Promise<Classify> {
  const encode = textEncoder(await jsonPart(), settings.maxLength);
  ort.env.logLevel = "error";
  // One thread: more need headers that a folder on a disk cannot send.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await loadPart("runtime");
  const session = await ort.InferenceSession.create(new Uint8Array(await loadPart("model")));
  return async (text) => {
    const { ids, typeIds } = encode(text);
    const tensor = (values: readonly number[]) =>
      new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
    const { logits } = await session.run({
      input_ids: tensor(ids),
      attention_mask: tensor(ids.map(() => 1)),
      token_type_ids: tensor(typeIds),
    });
    const scores = scoresOf(logits!.data as Float32Array, settings.scores);
    const answers = scores.map((score, i) => ({ label: settings.labels[i] ?? `LABEL_${i}`, score }));
    return settings.scores === "none" ? answers : answers.sort((a, b) => b.score - a.score);
  };
}

async function jsonPart(): Promise<TokenizerJson> {
  return JSON.parse(new TextDecoder().decode(await loadPart("tokenizer"))) as TokenizerJson;
}

/** From a text to what the model reads, as the library's tokenizer with `truncation: true`. */
function textEncoder(json: TokenizerJson, maxLength: number) {
  const file = "tokenizer.json";
  const encoder = new TextEncoder(json, file);
  const added = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
  const vocabulary = new Map(Object.entries(vocabularyOf(json.model)));
  const processor = json.post_processor && { options: json.post_processor, name: "post_processor", file };
  const template = Template.from(
    processor ?? undefined,
    (token) => added.get(token) ?? vocabulary.get(token),
  );
  const room = maxLength - template.addedTokens(false);
  return (text: string) => {
    const ids = encoder.encode(text, room).slice(0, room);
    const { items, typeIds } = template.apply(ids, undefined, true, (id) => id);
    return { ids: items, typeIds };
  };
}

function scoresOf(logits: Float32Array, by: PageSettings["scores"]): number[] {
  const values = Array.from(logits);
  if (by === "none") return values;
  if (by === "sigmoid") return values.map((value) => 1 / (1 + Math.exp(-value)));
  return Array.from(softmax([values])[0]!);
}
