import * as tf from "../tfjs";
import type { ModelOutput, TaskInputs } from "../models/model-output";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { PaddableRow } from "../tokenizers/encoding-types";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { askModel } from "./ask-model";

/**
 * The scores of each token of some rows, of which a long text has several.
 *
 * @param rows       tokenized, not padded
 * @param batchSize  rows that the model gets at once
 * @param map        what is made of the scores, [batch, length, width], on the engine. Default: nothing
 * @returns [tokens, width] of each row
 */
export async function tokenScores(
  { model, tokenizer }: { model: PreTrainedModel<object>; tokenizer: PreTrainedTokenizer },
  rows: readonly PaddableRow[],
  batchSize: number,
  map: (logits: tf.Tensor) => tf.Tensor = (logits) => logits,
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (let start = 0; start < rows.length; start += batchSize) {
    const batch = rows.slice(start, start + batchSize);
    const inputs = tokenizer.pad(batch, { returnTensors: "tf" });
    const scores = askModel(model, inputs, (asked) =>
      tf.tidy(() => map((model.forward(asked as TaskInputs) as ModelOutput).logits)),
    );
    const values = (await scores.data()) as Float32Array;
    const [, length, width] = scores.shape as [number, number, number];
    scores.dispose();
    for (const [i, { input_ids }] of batch.entries()) {
      const first = i * length * width;
      found.push(values.slice(first, first + input_ids.length * width));
    }
  }
  return found;
}

/** The rows of columns, as far as a model reads them. */
export function rowsOf({
  input_ids,
  token_type_ids,
}: {
  input_ids: number[][];
  token_type_ids?: number[][];
}): PaddableRow[] {
  return input_ids.map((ids, i) => ({
    input_ids: ids,
    ...(token_type_ids && { token_type_ids: token_type_ids[i]! }),
  }));
}
