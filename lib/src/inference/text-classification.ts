import * as tf from "../tfjs";
import { ConfigError } from "../errors";
import { type ScoreFunction, scoreFunctionOf } from "../models/problem-type";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { askModel } from "./ask-model";
import { overTexts, type RunOptions, type StreamOptions, type Texts } from "./over-inputs";
import type { PipelineParts } from "./parts";

/** A label with its probability; with a regression, its value instead. */
export interface Classification {
  label: string;
  score: number;
}

export interface ClassifyOptions extends RunOptions {
  /** How many labels, the likeliest first; null for all. Default 1. */
  topK?: number | null;
  /**
   * What makes scores of the model's outputs. Default: as its `problemType` says: "none" for a regression, "sigmoid" for several
   * labels or for one output, else "softmax".
   */
  functionToApply?: ScoreFunction;
}

const FUNCTIONS: Readonly<Record<ScoreFunction, (logits: tf.Tensor2D) => tf.Tensor2D>> = {
  softmax: (logits: tf.Tensor2D) => tf.softmax(logits),
  sigmoid: (logits: tf.Tensor2D) => tf.sigmoid(logits),
  none: (logits: tf.Tensor2D) => logits,
};

const OPTIONS: readonly (keyof ClassifyOptions)[] = ["topK", "functionToApply", "signal"];

/** Classifies one text, several in one go, or any number of them. @see transformers.TextClassificationPipeline */
export interface TextClassificationPipeline {
  /** @returns the likeliest labels, best first */
  (text: string, options?: ClassifyOptions): Promise<Classification[]>;
  /** @returns the likeliest labels of each text */
  (texts: readonly string[], options: ClassifyOptions & { topK: number | null }): Promise<Classification[][]>;
  /** @returns the likeliest label of each text */
  (texts: readonly string[], options?: ClassifyOptions & { topK?: undefined }): Promise<Classification[]>;
  /**
   * The likeliest labels of each text of a file, a database or a socket, in their order and as they come; memory stays flat.
   *
   * @example
   * const lines = createInterface({ input: createReadStream("reviews.txt") });
   * for await (const [best] of classify.stream(lines, { signal })) console.log(best.label);
   */
  stream(
    texts: Texts,
    options?: ClassifyOptions & StreamOptions,
  ): AsyncGenerator<Classification[], void, undefined>;
  /** Loads the model and runs it once, so that the first text does not wait for it. */
  warmUp(): Promise<void>;
}

/**
 * @param load       called for each batch; loads once
 * @param batchSize  texts that the model gets at once
 */
export function textClassification(
  load: () => Promise<PipelineParts>,
  batchSize: number,
): TextClassificationPipeline {
  const answerer = ({ topK = 1, functionToApply }: ClassifyOptions) => {
    if (functionToApply !== undefined && !Object.hasOwn(FUNCTIONS, functionToApply)) {
      const known = Object.keys(FUNCTIONS).join(", ");
      throw new ConfigError(`functionToApply is '${String(functionToApply)}'; there are ${known}.`);
    }
    if (topK !== null && (!Number.isInteger(topK) || topK < 1)) {
      throw new ConfigError(`topK is ${topK}; it has to be a positive integer, or null for all labels.`);
    }
    return async (texts: readonly string[]) => {
      const { model, tokenizer } = await load();
      const { config } = model;
      const scores = await scoresOf(model, tokenizer, texts, functionToApply ?? scoreFunctionOf(config));
      return scores.map((row) => ranking(row, config.id2label).slice(0, topK ?? undefined));
    };
  };
  const task = { task: "text-classification", options: OPTIONS, batchSize, answerer };
  const { all, stream, warmUp } = overTexts<ClassifyOptions, Classification[]>(task);
  const classify = async (input: string | readonly string[], options: ClassifyOptions = {}) => {
    const results = await all(typeof input === "string" ? [input] : input, options);
    if (typeof input === "string") return results[0]!;
    // Who asks for some labels gets a list of them, of one label too.
    return options.topK === undefined ? results.flat() : results;
  };
  return Object.assign(classify, { stream, warmUp }) as TextClassificationPipeline;
}

/** A score of each label, for each text. */
async function scoresOf(
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
  texts: readonly string[],
  scoreFunction: ScoreFunction,
): Promise<Float32Array[]> {
  const encoded = tokenizer(texts, { truncation: true, padding: true, returnTensors: "tf" });
  const scores = askModel(model, encoded, (inputs) =>
    tf.tidy(() => FUNCTIONS[scoreFunction](model.forward(inputs).logits as tf.Tensor2D)),
  );
  const values = (await scores.data()) as Float32Array;
  scores.dispose();
  const width = model.config.numLabels;
  return texts.map((_, row) => values.subarray(row * width, (row + 1) * width));
}

function ranking(scores: Float32Array, id2label: Record<number, string>): Classification[] {
  return Array.from(scores, (score, id) => ({ label: id2label[id]!, score })).sort(
    (a, b) => b.score - a.score,
  );
}
