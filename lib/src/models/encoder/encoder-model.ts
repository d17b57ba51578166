import * as tf from "../../tfjs";
import { firstTokens } from "../../ops/first-tokens";
import { padSequences } from "../../ops/packed-sequences";
import { withoutTape } from "../../ops/tape";
import type { GraphBuilder, GraphOutput, GraphOutputs, GraphValue } from "../graph-builder";
import type { LayerNorm, Linear } from "../layers";
import type { AttentionProjections, Encoded, EncodeOptions } from "../model-output";
import { ModelContext, type Module } from "../module";
import { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import type { EncoderConfig } from "./configuration";
import type { EmbeddingsPart } from "./embeddings";
import type { EncoderLayer } from "./layer";

/** @see transformers' BaseModelOutputWithPooling */
export interface EncoderModelOutput {
  /** [batch, length, hidden]; zero at padding. */
  lastHiddenState: tf.Tensor3D;
  /** [batch, hidden] */
  poolerOutput?: tf.Tensor2D;
}

export interface EncoderModelOptions {
  /** Whether there is a pooler; a head that reads the states themselves has none. Default true. */
  pooler?: boolean;
}

/**
 * The encoder without a head: embeddings, then layers, each on the states of the one before. A family says what they are.
 * @example
 * const encoder = await AutoModel.fromPretrained("distilbert-base-uncased"); // an EncoderModel
 */
export abstract class EncoderModel extends PreTrainedModel<EncoderModelOutput> {
  override readonly sequenceModules: readonly string[] = ["pooler"];
  declare readonly config: EncoderConfig;
  abstract readonly embeddings: EmbeddingsPart;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(config: EncoderConfig, origin: number | ModelContext) {
    super(config, typeof origin === "number" ? new ModelContext(origin) : origin);
  }

  /** In the order in which a token passes them; one may stand there several times. */
  protected abstract get passedLayers(): readonly EncoderLayer[];

  /** What maps the embeddings to the layers' width, where theirs is another. */
  protected get embeddingsProjection(): Linear | undefined {
    return undefined;
  }

  /** What normalises the last layer's states, where the layers do not. */
  protected get finalNorm(): LayerNorm | undefined {
    return undefined;
  }

  /** What makes of the first token's last state what stands for the sequence, where the family has such a thing. */
  protected get poolerLayer(): Linear | undefined {
    return undefined;
  }

  encode(batch: PackedBatch, options: EncodeOptions = {}): Encoded {
    const { outputProjections = false, outputAttentions = false, embeddingsOffset } = options;
    // Up to the first part that is trained, nothing is kept for gradients.
    let isTrained = false;
    const run = <T>(part: Module, forward: () => T): T => {
      isTrained ||= part.requiresGrad;
      return isTrained ? forward() : withoutTape(forward);
    };
    let x = run(this.embeddings, () => this.embeddings.forward(batch));
    const projection = this.embeddingsProjection;
    if (projection) x = run(projection, () => projection.forward(x));
    if (embeddingsOffset) {
      x = tf.add(x, embeddingsOffset);
      isTrained = true;
    }
    const hiddenStates = [x];
    const seen: AttentionProjections[] = [];
    const weights: tf.Tensor4D[] = [];
    const times = new Map<EncoderLayer, number>();
    for (const layer of this.passedLayers) {
      const repetition = times.get(layer) ?? 0;
      times.set(layer, repetition + 1);
      const { states, projections, attentions } = run(layer, () =>
        layer.forward(x, batch.layout, { outputProjections, outputAttentions, repetition }),
      );
      x = states;
      hiddenStates.push(x);
      if (projections) seen.push(projections);
      if (attentions) weights.push(attentions);
    }
    const norm = this.finalNorm;
    if (norm) {
      x = run(norm, () => norm.forward(x));
      hiddenStates[hiddenStates.length - 1] = x;
    }
    const pooler = this.poolerLayer;
    return {
      hiddenStates,
      ...(pooler && { poolerOutput: pooler.forward(firstTokens(x, batch.layout), "tanh") }),
      ...(outputProjections && { projections: seen }),
      ...(outputAttentions && { attentions: weights }),
    };
  }

  readOut({ hiddenStates, poolerOutput }: Encoded, { layout }: PackedBatch): EncoderModelOutput {
    const last = hiddenStates.at(-1)!;
    const shape: [number, number, number] = [layout.count, layout.maxLength, last.shape[1]];
    const lastHiddenState = tf.reshape<tf.Rank.R3>(padSequences(last, layout), shape);
    return poolerOutput ? { lastHiddenState, poolerOutput } : { lastHiddenState };
  }

  override describe(builder: GraphBuilder): GraphOutputs {
    const { hiddenSize } = this.config;
    const graph = new ModuleGraph(builder, this);
    const value = this.describeStates(graph);
    const states: GraphOutput = { value, shape: ["batch_size", "sequence_length", hiddenSize] };
    if (!this.poolerLayer) return { last_hidden_state: states };
    const pooled = this.describePooled(graph, value);
    return { last_hidden_state: states, pooler_output: { value: pooled, shape: ["batch_size", hiddenSize] } };
  }

  /** The last states. @returns [batch, length, hidden] */
  describeStates(graph: ModuleGraph): GraphValue {
    const embedded = this.embeddings.describe(graph);
    const projection = this.embeddingsProjection;
    let x = projection ? graph.linear(projection, embedded) : embedded;
    for (const layer of this.passedLayers) x = layer.describe(graph, x);
    const norm = this.finalNorm;
    return norm ? graph.layerNorm(norm, x) : x;
  }

  /** What stands for the sequence. @returns [batch, hidden] */
  describePooled(graph: ModuleGraph, states: GraphValue): GraphValue {
    return graph.linear(this.poolerLayer!, graph.builder.firstToken(states), "tanh");
  }
}
