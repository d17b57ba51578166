import * as tf from "@tensorflow/tfjs";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { withoutDropout } from "./evaluating";

/** Attention weights of one text. */
export interface AttentionMap {
  tokens: string[];
  /** [layers][heads][from][to]: how much each token takes from each; rows add up to 1. */
  weights: number[][][][];
}

/**
 * What the tokens of a text attend to, in each layer and head.
 *
 * @throws ConfigError if the model keeps no attention weights
 * @example
 * const { tokens, weights } = await attentionMap(model, tokenizer, "not bad at all");
 * weights[0][3][2]; // in layer 0, head 3: what the token at place 2 takes from each
 */
export async function attentionMap(
  model: PreTrainedModel<object>,
  tokenizer: PreTrainedTokenizer,
  text: string,
): Promise<AttentionMap> {
  const inputs = tokenizer([text], { truncation: true, returnTensors: "tf" });
  const { attentions = [], ...rest } = withoutDropout(model, () =>
    model.forward(inputs, { outputAttentions: true }),
  );
  const weights = (await Promise.all(attentions.map((layer) => layer.array()))).map((layer) => layer[0]!);
  const [ids = []] = await inputs.input_ids.array();
  tf.dispose([attentions, rest, ...Object.values(inputs)]);
  return { tokens: tokenizer.convertIdsToTokens(ids), weights };
}
