import * as tf from "../tfjs";
import { ConfigError } from "../errors";
import { packBatch } from "../models/packed-batch";
import type { PreTrainedModel } from "../models/pretrained-model";
import { sequenceMeans } from "../ops/sequence-means";
import { takeRows } from "../ops/take-rows";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { askModel } from "./ask-model";
import { overTexts, type RunOptions, type StreamOptions, type Texts } from "./over-inputs";
import type { PipelineParts } from "./parts";

const POOLINGS = ["cls", "mean"] as const;

export interface FeatureExtractionOptions extends RunOptions {
  /** One vector a text: the last state of its first token, `[CLS]`, or the mean of all its tokens'. Default "cls". */
  pooling?: (typeof POOLINGS)[number];
  /** Whether each vector has the length 1, so that products of two are cosines. Default false. */
  normalize?: boolean;
}

/**
 * Says where a model puts a text: the last hidden states, made one vector.
 *
 * @see transformers.FeatureExtractionPipeline; transformers.js, whose `pooling` this is
 */
export interface FeatureExtractionPipeline {
  /** @returns [hidden] */
  (text: string, options?: FeatureExtractionOptions): Promise<Float32Array>;
  /** @returns [hidden] of each text */
  (texts: readonly string[], options?: FeatureExtractionOptions): Promise<Float32Array[]>;
  /** [hidden] of each of any number of texts, in their order and as they come; memory stays flat. */
  stream(
    texts: Texts,
    options?: FeatureExtractionOptions & StreamOptions,
  ): AsyncGenerator<Float32Array, void, undefined>;
  /** Loads the model and runs it once, so that the first text does not wait for it. */
  warmUp(): Promise<void>;
}

const OPTIONS: readonly (keyof FeatureExtractionOptions)[] = ["pooling", "normalize", "signal"];

/**
 * @param load       called for each batch; loads once
 * @param batchSize  texts that the model gets at once
 */
export function featureExtraction(
  load: () => Promise<PipelineParts<PreTrainedModel<object>>>,
  batchSize: number,
): FeatureExtractionPipeline {
  const answerer = ({ pooling = "cls", normalize = false }: FeatureExtractionOptions) => {
    if (!POOLINGS.includes(pooling)) {
      throw new ConfigError(`pooling is '${String(pooling)}'; there are ${POOLINGS.join(", ")}.`);
    }
    return async (texts: readonly string[]) => {
      const { model, tokenizer } = await load();
      const vectors = await vectorsOf(model, tokenizer, texts, pooling);
      return normalize ? vectors.map(normalized) : vectors;
    };
  };
  const task = { task: "feature-extraction", options: OPTIONS, batchSize, answerer };
  const { all, stream, warmUp } = overTexts<FeatureExtractionOptions, Float32Array>(task);
  const extract = async (input: string | readonly string[], options: FeatureExtractionOptions = {}) => {
    const vectors = await all(typeof input === "string" ? [input] : input, options);
    return typeof input === "string" ? vectors[0]! : vectors;
  };
  return Object.assign(extract, { stream, warmUp }) as FeatureExtractionPipeline;
}

async function vectorsOf(
  model: PreTrainedModel<object>,
  tokenizer: PreTrainedTokenizer,
  texts: readonly string[],
  pooling: (typeof POOLINGS)[number],
): Promise<Float32Array[]> {
  const encoded = tokenizer(texts, { truncation: true, padding: true, returnTensors: "tf" });
  const pooled = askModel(model, encoded, (inputs) =>
    tf.tidy(() => {
      const batch = packBatch(inputs);
      const states = model.encode(batch).hiddenStates.at(-1)!;
      if (pooling === "mean") return sequenceMeans(states, batch.layout);
      return takeRows(states, tf.tensor1d(batch.layout.offsets.subarray(0, batch.layout.count), "int32"));
    }),
  );
  const values = (await pooled.data()) as Float32Array;
  const [, width] = pooled.shape;
  pooled.dispose();
  return texts.map((_, row) => values.slice(row * width, (row + 1) * width));
}

function normalized(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
