import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import type { PreTrainedTokenizer } from "../../../lib/src/tokenizers/pretrained-tokenizer";

export type Outputs = Record<string, { data: Float32Array; dims: readonly number[] }>;

/** Rows of ids, and which of them are tokens. */
export interface IdBatch {
  input_ids: number[][];
  attention_mask: number[][];
  token_type_ids?: number[][];
}

/** A model in onnxruntime, which runs as WebAssembly here. */
export async function openSession(file: string): Promise<(batch: IdBatch) => Promise<Outputs>> {
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create(readFileSync(file));
  return async ({ input_ids, attention_mask, token_type_ids }) => {
    const shape = [input_ids.length, input_ids[0]!.length];
    const tensor = (rows: number[][]) =>
      new ort.Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), shape);
    const results = await session.run({
      input_ids: tensor(input_ids),
      attention_mask: tensor(attention_mask),
      token_type_ids: tensor(token_type_ids ?? input_ids.map((row) => row.map(() => 0))),
    });
    return results as unknown as Outputs;
  };
}

/** The label of the highest score of each sentence. */
export async function labelsOf(
  file: string,
  tokenizer: PreTrainedTokenizer,
  sentences: readonly string[],
): Promise<number[]> {
  const run = await openSession(file);
  const labels = new Array<number>(sentences.length);
  // Similar lengths together leave less padding to compute.
  const order = [...sentences.keys()].sort((a, b) => sentences[a]!.length - sentences[b]!.length);
  for (let from = 0; from < order.length; from += 32) {
    const rows = order.slice(from, from + 32);
    const batch = tokenizer(
      rows.map((row) => sentences[row]!),
      { padding: true, truncation: true },
    );
    const { data, dims } = (await run(batch)).logits!;
    rows.forEach((row, at) => {
      const scores = Array.from(data.subarray(at * dims[1]!, (at + 1) * dims[1]!));
      labels[row] = scores.indexOf(Math.max(...scores));
    });
  }
  return labels;
}
