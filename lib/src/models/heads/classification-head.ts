import type * as tf from "@tensorflow/tfjs-core";
import type { Activation } from "../../ops/linear";
import type { EncoderConfig } from "../encoder/configuration";
import type { GraphValue } from "../graph-builder";
import { Dropout, Linear } from "../layers";
import { Module, type ModelContext } from "../module";
import type { ModuleGraph } from "../module-graph";

/**
 * Two layers from the first token's state to the scores of the labels, with dropout before each.
 *
 * @see transformers' RobertaClassificationHead, ElectraClassificationHead, MPNetClassificationHead
 */
export class ClassificationHead extends Module {
  readonly dense: Linear;
  readonly out_proj: Linear;
  readonly #dropouts: readonly [Dropout, Dropout];
  readonly #activation: Activation;

  constructor(config: EncoderConfig, context: ModelContext, activation: Activation) {
    super();
    const { hiddenSize, numLabels, initializerRange, hiddenDropoutProb } = config;
    const rate = config.classifierDropout ?? hiddenDropoutProb;
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.out_proj = new Linear(hiddenSize, numLabels, initializerRange);
    this.#dropouts = [new Dropout(rate, context, "sequences"), new Dropout(rate, context, "sequences")];
    this.#activation = activation;
  }

  /** @param first  [sequences, hidden] @returns [sequences, numLabels] */
  forward(first: tf.Tensor2D): tf.Tensor2D {
    const [before, between] = this.#dropouts;
    const dense = this.dense.forward(before.forward(first), this.#activation);
    return this.out_proj.forward(between.forward(dense));
  }

  describe(graph: ModuleGraph, first: GraphValue): GraphValue {
    return graph.linear(this.out_proj, graph.linear(this.dense, first, this.#activation));
  }
}
