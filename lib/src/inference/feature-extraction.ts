import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { packBatch } from "../models/packed-batch";
import type { PreTrainedModel } from "../models/pretrained-model";
import { sequenceMeans } from "../ops/sequence-means";
import { takeRows } from "../ops/take-rows";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import { withoutDropout } from "./evaluating";
import type { PipelineParts } from "./parts";

const POOLINGS = ["cls", "mean"] as const;

export interface FeatureExtractionOptions {
  /** One vector a text: the last state of its first token, `[CLS]`, or the mean of all its tokens'. Default "cls". */
  pooling?: (typeof POOLINGS)[number];
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
}

/**
 * @param load       called once for each call
 * @param batchSize  texts that the model gets at once
 */
export function featureExtraction(
  load: () => Promise<PipelineParts<PreTrainedModel<object>>>,
  batchSize: number,
): FeatureExtractionPipeline {
  const extract = async (input: string | readonly string[], options: FeatureExtractionOptions = {}) => {
    refuseUnknownOptions("feature-extraction", options, ["pooling"]);
    const { pooling = "cls" } = options;
    if (!POOLINGS.includes(pooling)) {
      throw new ConfigError(`pooling is '${String(pooling)}'; there are ${POOLINGS.join(", ")}.`);
    }
    const texts = typeof input === "string" ? [input] : input;
    const { model, tokenizer } = await load();
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      vectors.push(...(await vectorsOf(model, tokenizer, texts.slice(start, start + batchSize), pooling)));
    }
    return typeof input === "string" ? vectors[0]! : vectors;
  };
  return extract as FeatureExtractionPipeline;
}

async function vectorsOf(
  model: PreTrainedModel<object>,
  tokenizer: PreTrainedTokenizer,
  texts: readonly string[],
  pooling: (typeof POOLINGS)[number],
): Promise<Float32Array[]> {
  const inputs = tokenizer(texts, { truncation: true, padding: true, returnTensors: "tf" });
  const batch = packBatch(inputs);
  const pooled = withoutDropout(model, () =>
    tf.tidy(() => {
      const states = model.encode(batch).hiddenStates.at(-1)!;
      if (pooling === "mean") return sequenceMeans(states, batch.layout);
      return takeRows(states, tf.tensor1d(batch.layout.offsets.subarray(0, batch.layout.count), "int32"));
    }),
  );
  const values = (await pooled.data()) as Float32Array;
  const [, width] = pooled.shape;
  tf.dispose([pooled, ...Object.values(inputs)]);
  return texts.map((_, row) => values.slice(row * width, (row + 1) * width));
}
