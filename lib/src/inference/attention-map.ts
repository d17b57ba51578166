import * as tf from "../tfjs";
import { packBatch } from "../models/packed-batch";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { askModel } from "./ask-model";

/** Attention weights of one text. */
export interface AttentionMap {
  tokens: string[];
  /** [layers][heads][from][to]: how much each token takes from each; rows add up to 1. */
  weights: number[][][][];
}

/**
 * What the tokens of a text attend to, in each layer and head.
 *
 * @example
 * const { tokens, weights } = await attentionMap(model, tokenizer, "not bad at all");
 * weights[0][3][2]; // in layer 0, head 3: what the token at place 2 takes from each
 */
export async function attentionMap(
  model: PreTrainedModel<object>,
  tokenizer: PreTrainedTokenizer,
  text: string,
): Promise<AttentionMap> {
  const encoded = tokenizer([text], { truncation: true, returnTensors: "tf" });
  const { ids } = packBatch(encoded);
  const { attentions = [], ...rest } = askModel(model, encoded, (inputs) =>
    model.forward(inputs, { outputAttentions: true }),
  );
  const weights = (await Promise.all(attentions.map((layer) => layer.array()))).map((layer) => layer[0]!);
  tf.dispose([attentions, rest]);
  return { tokens: tokenizer.convertIdsToTokens(Array.from(ids)), weights };
}
