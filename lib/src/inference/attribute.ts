import * as tf from "../tfjs";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import type { ModelOutput } from "../models/model-output";
import { packBatch } from "../models/packed-batch";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { askModel } from "./ask-model";

/** How much each token of a text speaks for an answer. */
export interface Attributions {
  /** The answer. */
  label: string;
  tokens: string[];
  /** Positive: speaks for it, negative: against it. In units of the answer's score (logit). */
  scores: Float32Array;
}

export interface AttributeOptions {
  /** The answer to explain, by name. Default: the one that the model gives. */
  label?: string;
}

/**
 * Which tokens of a text speak for an answer: gradient × input at the embeddings. The gradient says how the answer's score would
 * move with a token's vector; its product with that vector, summed, is a first guess at what the token adds. It is a straight
 * line laid to a curve, so take it for a hint and not for a reason.
 *
 * @throws ConfigError if the model has no such label, or answers no question about the text as a whole
 * @see Shrikumar et al. 2017, "Not just a black box"; captum.attr.LayerGradientXActivation at the embeddings
 * @example
 * const { tokens, scores } = await attribute(model, tokenizer, "The plot is dull.");
 */
export async function attribute(
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
  text: string,
  options: AttributeOptions = {},
): Promise<Attributions> {
  refuseUnknownOptions("attribute", options, ["label"]);
  const encodedText = tokenizer([text], { truncation: true, returnTensors: "tf" });
  const batch = packBatch(encodedText);
  const { chosen, scores } = askModel(
    model,
    encodedText,
    (inputs) =>
      tf.tidy(() => {
        const encoded = model.encode(batch);
        const { logits } = model.readOut(encoded, batch, inputs, {});
        const chosen = classNumber(model, logits, options.label);
        const [embeddings] = encoded.hiddenStates as [tf.Tensor2D];
        const scoreOf = (embeddingsOffset: tf.Tensor): tf.Scalar => {
          const moved = model.encode(batch, { embeddingsOffset: embeddingsOffset as tf.Tensor2D });
          const { logits: scored } = model.readOut(moved, batch, inputs, {});
          return tf.sum(tf.gather(scored as tf.Tensor2D, chosen, 1));
        };
        const gradient = tf.grad(scoreOf)(tf.zerosLike(embeddings));
        return { chosen, scores: tf.sum(tf.mul(gradient, embeddings), 1) };
      }) as unknown as { chosen: tf.Tensor1D; scores: tf.Tensor1D },
  );
  const values = (await scores.data()) as Float32Array;
  const [number] = await chosen.data();
  tf.dispose([chosen, scores]);
  return {
    label: model.config.id2label[number!] ?? String(number),
    tokens: tokenizer.convertIdsToTokens(Array.from(batch.ids)),
    scores: values.slice(),
  };
}

function classNumber(
  { config }: PreTrainedModel,
  logits: ModelOutput["logits"],
  label: string | undefined,
): tf.Tensor1D {
  if (logits.rank !== 2) throw new ConfigError("attribute: the model has no answer for the text as a whole.");
  if (label === undefined) return tf.argMax(logits, 1);
  const [number] = Object.entries(config.id2label).find(([, name]) => name === label) ?? [];
  if (number !== undefined) return tf.tensor1d([Number(number)], "int32");
  const names = Object.values(config.id2label).join(", ");
  throw new ConfigError(`attribute: the model has no label '${label}'; it has ${names}.`);
}
