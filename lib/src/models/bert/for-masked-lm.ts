import type * as tf from "@tensorflow/tfjs-core";
import { linear } from "../../ops/linear";
import type { GraphBuilder, GraphOutputs } from "../graph-builder";
import { MaskedLanguageModel } from "../heads/masked-lm";
import { LayerNorm, Linear } from "../layers";
import type { Encoded, EncodeOptions } from "../model-output";
import { Module, ModelContext, Parameter } from "../module";
import type { PackedBatch } from "../packed-batch";
import type { BertConfig } from "./configuration";
import { bertStates } from "./graph";
import { BertModel } from "./modeling";

/** A dense layer and a normalisation before the states are compared with the vocabulary. */
class BertPredictionHeadTransform extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;

  constructor({ hiddenSize, initializerRange, layerNormEps }: BertConfig) {
    super();
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.LayerNorm = new LayerNorm(hiddenSize, layerNormEps);
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.LayerNorm.forward(this.dense.forward(x, "gelu"));
  }
}

/** The decoder's matrix is the table of word embeddings; its bias is its own. */
class BertLMPredictionHead extends Module {
  readonly transform: BertPredictionHeadTransform;
  readonly bias: Parameter;

  constructor(config: BertConfig) {
    super();
    this.transform = new BertPredictionHeadTransform(config);
    this.bias = new Parameter([config.vocabSize], { constant: 0 });
  }

  /** @param words  [vocabulary, hidden] */
  forward(x: tf.Tensor2D, words: tf.Tensor2D): tf.Tensor2D {
    return linear(this.transform.forward(x), words, this.bias.value as tf.Tensor1D);
  }
}

class BertOnlyMLMHead extends Module {
  readonly predictions: BertLMPredictionHead;

  constructor(config: BertConfig) {
    super();
    this.predictions = new BertLMPredictionHead(config);
  }
}

/**
 * BERT that predicts masked tokens (Devlin et al. 2019, "masked LM"): how it is pretrained.
 *
 * @see transformers.BertForMaskedLM
 * @example
 * const model = new BertForMaskedLM(new BertConfig(), 42).initializeWeights();
 */
export class BertForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "BertForMaskedLM";
  readonly baseModelPrefix = "bert";
  override readonly tiedWeights = new Map([
    ["cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"],
    ["cls.predictions.decoder.bias", "cls.predictions.bias"],
  ]);
  readonly bert: BertModel;
  readonly cls: BertOnlyMLMHead;

  constructor(config: BertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.bert = new BertModel(config, context, { pooler: false });
    this.cls = new BertOnlyMLMHead(config);
  }

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.bert.encode(batch, options);
  }

  override describe(graph: GraphBuilder): GraphOutputs {
    const { config } = this.bert;
    const states = bertStates(graph.within("bert"), config);
    const transform = graph.within("cls.predictions.transform");
    const dense = transform.linear("dense", states, "gelu");
    const transformed = transform.layerNorm("LayerNorm", dense, config.layerNormEps);
    const decoder = { weight: "bert.embeddings.word_embeddings.weight", bias: "cls.predictions.bias" };
    const value = graph.linear(decoder, transformed);
    return { logits: { value, shape: ["batch_size", "sequence_length", config.vocabSize] } };
  }

  protected scores(states: tf.Tensor2D): tf.Tensor2D {
    const words = this.bert.embeddings.word_embeddings.weight.value as tf.Tensor2D;
    return this.cls.predictions.forward(states, words);
  }
}
