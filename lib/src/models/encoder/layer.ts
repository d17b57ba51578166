import type * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../errors";
import type { SequenceLayout } from "../../ops/packed-sequences";
import { recompute } from "../../ops/recompute";
import type { GraphValue } from "../graph-builder";
import type { AttentionProjections, EncodeOptions } from "../model-output";
import { Module, type ModelContext, type Parameter } from "../module";
import type { ModuleGraph } from "../module-graph";

export interface LayerOutput {
  states: tf.Tensor2D;
  projections?: AttentionProjections;
  /** [sequences, heads, length, length] */
  attentions?: tf.Tensor4D;
}

export interface LayerOptions extends Required<
  Pick<EncodeOptions, "outputProjections" | "outputAttentions">
> {
  /** How often the tokens have passed this very layer before. */
  repetition: number;
}

/** One layer of an encoder: from the tokens' states to their next ones. */
export abstract class EncoderLayer extends Module {
  readonly #context: ModelContext;

  constructor(context: ModelContext) {
    super();
    this.#context = context;
  }

  protected abstract compute(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput;

  /** What it reads of weights that are not its own. */
  protected get sharedParameters(): readonly Parameter[] {
    return [];
  }

  override get requiresGrad(): boolean {
    return super.requiresGrad || this.sharedParameters.some(({ requiresGrad }) => requiresGrad);
  }

  /** @param x  [tokens, hidden] */
  forward(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    const compute = (input: tf.Tensor2D) =>
      this.#context.repeat(options.repetition, () => this.compute(input, layout, options));
    const { training, recomputesLayers } = this.#context;
    if (!training || !recomputesLayers || asksMore(options)) return compute(x);
    const own = Array.from(this.namedParameters(), ([, parameter]) => parameter);
    const trained = [...own, ...this.sharedParameters].filter(({ requiresGrad }) => requiresGrad);
    const weights = trained.map(({ value }) => value);
    return { states: recompute(x, weights, (again) => compute(again).states) };
  }

  /** The same in the words of a graph builder. @throws ConfigError for a layer of which nobody has written this down */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- layers that can be described need them
  describe(graph: ModuleGraph, x: GraphValue): GraphValue {
    throw new ConfigError(`A model with layers of the kind ${this.constructor.name} cannot be exported yet.`);
  }
}

/** Whether more than its states is asked of a layer. */
export const asksMore = ({ outputProjections, outputAttentions }: LayerOptions): boolean =>
  outputProjections || outputAttentions;
