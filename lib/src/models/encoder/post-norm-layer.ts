import * as tf from "../../tfjs";
import { attention, attentionWithWeights, type AttentionOptions } from "../../ops/attention";
import {
  ENCODER_LAYER_WEIGHTS,
  encoderLayer,
  type EncoderLayerWeight,
  type EncoderLayerWeights,
} from "../../ops/encoder-layer";
import { hasFused } from "../../ops/fused";
import type { Activation } from "../../ops/linear";
import type { SequenceLayout } from "../../ops/packed-sequences";
import type { GraphValue } from "../graph-builder";
import { Linear, type Dropout, type LayerNorm } from "../layers";
import type { AttentionProjections } from "../model-output";
import type { ModelContext, Parameter } from "../module";
import type { ModuleGraph } from "../module-graph";
import type { EncoderConfig } from "./configuration";
import { asksMore, EncoderLayer, type LayerOptions, type LayerOutput } from "./layer";

/** What an encoder layer consists of, wherever a family keeps it. */
export interface PostNormParts {
  query: Linear;
  key: Linear;
  value: Linear;
  /** Of attention weights. */
  attentionDropout: Dropout;
  /** What maps the heads' findings back. */
  attentionOutput: Linear;
  attentionOutputDropout: Dropout;
  attentionNorm: LayerNorm;
  intermediate: Linear;
  output: Linear;
  outputDropout: Dropout;
  outputNorm: LayerNorm;
}

type Particular = Pick<AttentionOptions, "bias" | "scale">;

/**
 * One layer of an encoder of BERT's kind: every token looks at every token of its sequence, in several heads; then a network
 * for each token by itself. Both halves end in dropout, the residual connection and a normalisation ("post-norm").
 *
 * A family says under which names the parts lie; how they are computed is the same for all.
 */
export abstract class PostNormLayer extends EncoderLayer {
  readonly #config: EncoderConfig;

  constructor(config: EncoderConfig, context: ModelContext) {
    super(context);
    this.#config = config;
  }

  /** Looked up anew for each pass: an adapter may have been put in a part's place. */
  protected abstract get parts(): PostNormParts;

  /** Of the network for each token. */
  protected get activation(): Activation {
    return "gelu";
  }

  /** What a family's attention has of its own: what is added to the scores, and their scale. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- families that have something need them
  protected attentionOptions(projections: AttentionProjections, layout: SequenceLayout): Particular {
    return {};
  }

  /** A bias that depends on where tokens stand alone, and not on what they are. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- families that have one need it
  protected positionBias(layout: SequenceLayout): tf.Tensor1D | undefined {
    return undefined;
  }

  /** Whether attention is that of BERT but for {@link positionBias}, and with it what the kernel for a whole layer computes. */
  protected get hasPlainAttention(): boolean {
    return true;
  }

  get heads(): number {
    return this.#config.numAttentionHeads;
  }

  protected compute(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    const states = asksMore(options) ? undefined : this.computeAsOne(x, layout);
    return states ? { states } : this.computeInParts(x, layout, options);
  }

  override describe(graph: ModuleGraph, x: GraphValue): GraphValue {
    // A builder knows attention without anything of a family's own.
    if (!this.hasPlainAttention || this.sharedParameters.length > 0) return super.describe(graph, x);
    const { parts, heads } = this;
    const { builder } = graph;
    const [query, key, value] = [parts.query, parts.key, parts.value].map((map) => graph.linear(map, x));
    const sizes = { heads, hiddenSize: this.#config.hiddenSize };
    const context = builder.within(graph.nameOf(this)).attention(query!, key!, value!, sizes);
    const mapped = graph.linear(parts.attentionOutput, context);
    const attended = graph.layerNorm(parts.attentionNorm, builder.add(mapped, x));
    const wide = graph.linear(parts.intermediate, attended, this.activation);
    return graph.layerNorm(parts.outputNorm, builder.add(graph.linear(parts.output, wide), attended));
  }

  /** By the engine's kernel for a whole layer, if it has one and the layer is as it was laid out: without adapters, not half frozen. */
  private computeAsOne(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D | undefined {
    const { activation } = this;
    if (!hasFused("EncoderLayer") || !this.hasPlainAttention) return undefined;
    if (activation !== "gelu" && activation !== "gelu_new") return undefined;
    const { parts, heads } = this;
    const { query, key, value, attentionOutput, intermediate, output, attentionNorm, outputNorm } = parts;
    const maps = { query, key, value, attentionOutput, intermediate, output };
    if (!Object.values(maps).every((map) => map instanceof Linear)) return undefined;
    const parameters = {} as Record<EncoderLayerWeight, Parameter | undefined>;
    for (const [name, { weight, bias }] of Object.entries(maps) as [keyof typeof maps, Linear][]) {
      parameters[`${name}Weight`] = weight;
      parameters[`${name}Bias`] = bias;
    }
    for (const [name, norm] of [
      ["attention", attentionNorm],
      ["output", outputNorm],
    ] as const) {
      parameters[`${name}Gamma`] = norm.weight;
      parameters[`${name}Beta`] = norm.bias;
    }
    const weights = {} as EncoderLayerWeights;
    for (const name of ENCODER_LAYER_WEIGHTS) {
      const parameter = parameters[name];
      if (!parameter || (!parameter.requiresGrad && tf.engine().isTapeOn())) return undefined;
      weights[name] = parameter.value;
    }
    const { hiddenSize } = this.#config;
    return encoderLayer(x, weights, layout, {
      heads,
      eps: outputNorm.eps,
      activation,
      bias: this.positionBias(layout),
      attentionDropout: parts.attentionDropout.current(heads),
      attentionOutputDropout: parts.attentionOutputDropout.current(hiddenSize),
      outputDropout: parts.outputDropout.current(hiddenSize),
    });
  }

  private computeInParts(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    // What lies between is freed here (but for what the gradients need), not at the end of all layers.
    return tf.tidy(() => {
      const { parts } = this;
      const { hiddenSize } = this.#config;
      const projections: AttentionProjections = {
        query: parts.query.forward(x),
        key: parts.key.forward(x),
        value: parts.value.forward(x),
      };
      const { context, weights } = this.attend(projections, layout, options.outputAttentions);
      const mapped = parts.attentionOutput.forward(context);
      const dropout = parts.attentionOutputDropout.current(hiddenSize);
      const attended = parts.attentionNorm.forwardResidual(mapped, x, dropout);
      const narrow = parts.output.forward(parts.intermediate.forward(attended, this.activation));
      const states = parts.outputNorm.forwardResidual(
        narrow,
        attended,
        parts.outputDropout.current(hiddenSize),
      );
      const output: LayerOutput = {
        states,
        ...(options.outputProjections && { projections }),
        ...(weights && { attentions: weights }),
      };
      return output as unknown as tf.TensorContainerObject;
    }) as unknown as LayerOutput;
  }

  private attend(
    { query, key, value }: AttentionProjections,
    layout: SequenceLayout,
    withWeights: boolean,
  ): { context: tf.Tensor2D; weights?: tf.Tensor4D } {
    const { heads } = this;
    const { rate, key: randomKey } = this.parts.attentionDropout.current(heads);
    const particular = this.attentionOptions({ query, key, value }, layout);
    const bias = this.positionBias(layout);
    const options = { heads, dropoutRate: rate, key: randomKey, bias, ...particular };
    return withWeights
      ? attentionWithWeights(query, key, value, layout, options)
      : { context: attention(query, key, value, layout, options) };
  }
}
