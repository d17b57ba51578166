import * as tf from "../tfjs";
import { ConfigError } from "../errors";
import { IGNORED_LABEL } from "../ops/cross-entropy";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { askModel } from "./ask-model";
import { overTexts, type RunOptions, type StreamOptions, type Texts } from "./over-inputs";
import type { PipelineParts } from "./parts";

/** A token that may stand at the mask. @see transformers.FillMaskPipeline */
export interface MaskFilling {
  /** Its probability among the whole vocabulary. */
  score: number;
  token: number;
  token_str: string;
  /** The text with this token at the mask. */
  sequence: string;
}

export interface FillMaskOptions extends RunOptions {
  /** How many tokens, the likeliest first. Default 5. */
  topK?: number;
}

const OPTIONS: readonly (keyof FillMaskOptions)[] = ["topK", "signal"];

/** Says what may stand at the mask of a text. @see transformers.FillMaskPipeline */
export interface FillMaskPipeline {
  /** @returns the likeliest tokens, best first, of a text with one mask */
  (text: string, options?: FillMaskOptions): Promise<MaskFilling[]>;
  /** @returns the likeliest tokens of each text */
  (texts: readonly string[], options?: FillMaskOptions): Promise<MaskFilling[][]>;
  /** The likeliest tokens of each of any number of texts, in their order and as they come; memory stays flat. */
  stream(
    texts: Texts,
    options?: FillMaskOptions & StreamOptions,
  ): AsyncGenerator<MaskFilling[], void, undefined>;
  /** Loads the model and runs it once, so that the first text does not wait for it. */
  warmUp(): Promise<void>;
}

/**
 * @param load       called for each batch; loads once
 * @param batchSize  texts that the model gets at once
 */
export function fillMask(load: () => Promise<PipelineParts>, batchSize: number): FillMaskPipeline {
  const answerer = ({ topK = 5 }: FillMaskOptions) => {
    if (!Number.isInteger(topK) || topK < 1) {
      throw new ConfigError(`topK is ${topK}; it has to be a positive integer.`);
    }
    return async (texts: readonly string[]) => {
      const { model, tokenizer } = await load();
      return await fillBatch(model, tokenizer, texts, topK);
    };
  };
  const task = { task: "fill-mask", options: OPTIONS, batchSize, answerer };
  const { all, stream } = overTexts<FillMaskOptions, MaskFilling[]>(task);
  const fill = async (input: string | readonly string[], options: FillMaskOptions = {}) => {
    const results = await all(typeof input === "string" ? [input] : input, options);
    return typeof input === "string" ? results[0]! : results;
  };
  const ready = async () => {
    const { tokenizer } = await load();
    await fill(tokenizer.maskToken ?? "");
  };
  return Object.assign(fill, { stream, warmUp: ready }) as FillMaskPipeline;
}

async function fillBatch(
  model: PipelineParts["model"],
  tokenizer: PreTrainedTokenizer,
  texts: readonly string[],
  topK: number,
): Promise<MaskFilling[][]> {
  const { maskTokenId } = tokenizer;
  if (maskTokenId === undefined) throw new ConfigError("fill-mask: the tokenizer has no mask token.");
  const ids = tokenizer(texts, { truncation: true }).input_ids;
  const places = ids.map((row, index) => maskPlace(row, maskTokenId, texts[index]!, tokenizer.maskToken!));
  // The model computes a vocabulary's scores only where a label asks for them: any label will do.
  const padded = tokenizer.pad({ input_ids: ids }, { returnTensors: "tf" });
  const [rows, columns] = padded.input_ids.shape;
  const asked = new Int32Array(rows * columns).fill(IGNORED_LABEL);
  for (const [row, place] of places.entries()) asked[row * columns + place] = 0;
  const probabilities = askModel(model, padded, (inputs) =>
    tf.tidy(() => {
      const { logits } = model.forward({ ...inputs, labels: tf.tensor2d(asked, [rows, columns], "int32") });
      return tf.softmax(logits as tf.Tensor2D);
    }),
  );
  const values = (await probabilities.data()) as Float32Array;
  probabilities.dispose();
  const width = values.length / rows;
  return ids.map((row, index) => {
    const scores = values.subarray(index * width, (index + 1) * width);
    return best(scores, topK).map((token) => {
      const filled = row.map((id, place) => (place === places[index] ? token : id));
      return {
        score: scores[token]!,
        token,
        token_str: tokenizer.decode([token]),
        sequence: tokenizer.decode(filled, { skipSpecialTokens: true }),
      };
    });
  });
}

/** @throws ConfigError unless there is exactly one mask */
function maskPlace(ids: readonly number[], maskTokenId: number, text: string, maskToken: string): number {
  const places = ids.flatMap((id, place) => (id === maskTokenId ? [place] : []));
  if (places.length === 1) return places[0]!;
  throw new ConfigError(
    `fill-mask: ${JSON.stringify(text)} has ${places.length === 0 ? "no" : places.length} ${maskToken}; ` +
      "write exactly one, where the word is to be found.",
  );
}

/** Indices of the largest values, the largest first; of equal ones the first. */
function best(values: Float32Array, count: number): number[] {
  const order = Array.from(values, (_, index) => index);
  return order.sort((a, b) => values[b]! - values[a]!).slice(0, count);
}
