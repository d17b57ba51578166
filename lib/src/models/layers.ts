import * as tf from "../tfjs";
import { dropout } from "../ops/dropout";
import { dropoutAddLayerNorm, type DropoutOptions } from "../ops/dropout-add-layer-norm";
import { layerNorm } from "../ops/layer-norm";
import { linear, type Activation } from "../ops/linear";
import { Module, Parameter, type BatchExtent, type ModelContext } from "./module";

export interface BiasOptions {
  /** Whether it has one. Default true. */
  bias?: boolean;
}

/** @see torch.nn.Linear */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    inFeatures: number,
    outFeatures: number,
    standardDeviation: number,
    { bias = true }: BiasOptions = {},
  ) {
    super();
    this.weight = new Parameter([outFeatures, inFeatures], { standardDeviation });
    this.bias = bias ? new Parameter([outFeatures], { constant: 0 }) : undefined;
  }

  /** @param x  [rows, in] @returns [rows, out] */
  forward(x: tf.Tensor2D, activation?: Activation): tf.Tensor2D {
    const { weight, bias } = this;
    return linear(x, weight.value as tf.Tensor2D, bias?.value as tf.Tensor1D | undefined, activation);
  }
}

/** A table of vectors. @see torch.nn.Embedding */
export class Embedding extends Module {
  readonly weight: Parameter;

  /** @param paddingId  row that starts at zero and is never trained */
  constructor(
    entries: number,
    hidden: number,
    standardDeviation: number,
    readonly paddingId: number | null = null,
  ) {
    super();
    this.weight = new Parameter([entries, hidden], { standardDeviation, zeroRow: paddingId ?? undefined });
  }
}

/** @see torch.nn.LayerNorm */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    hidden: number,
    readonly eps: number,
    { bias = true }: BiasOptions = {},
  ) {
    super();
    this.weight = new Parameter([hidden], { constant: 1 });
    this.bias = bias ? new Parameter([hidden], { constant: 0 }) : undefined;
  }

  /** Scale and shift of each column. */
  get affine(): { gamma: tf.Tensor1D; beta: tf.Tensor1D } {
    const gamma = this.weight.value as tf.Tensor1D;
    return { gamma, beta: (this.bias?.value as tf.Tensor1D | undefined) ?? tf.zeros([this.weight.size]) };
  }

  /** @param x  [rows, hidden] */
  forward(x: tf.Tensor2D): tf.Tensor2D {
    const { gamma, beta } = this.affine;
    return layerNorm(x, gamma, beta, this.eps);
  }

  /** Drops elements of x, adds the residual and normalises: [rows, hidden] all of them. */
  forwardResidual(x: tf.Tensor2D, residual: tf.Tensor2D, dropout: DropoutOptions): tf.Tensor2D {
    const { gamma, beta } = this.affine;
    return dropoutAddLayerNorm(x, residual, gamma, beta, this.eps, dropout);
  }
}

/** Dropout with a random stream of its own; does nothing unless the model trains. @see torch.nn.Dropout */
export class Dropout extends Module {
  readonly #context: ModelContext;
  readonly #site: number;

  constructor(
    readonly rate: number,
    context: ModelContext,
    /** What the rows of its input are, or what attention has weights for; "model": the input is the same for every batch. */
    private readonly per: keyof BatchExtent | "model",
  ) {
    super();
    this.#context = context;
    this.#site = context.nextSite();
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    const { rate, key } = this.current(x.shape[1]);
    return dropout(x, rate, key) as tf.Tensor2D;
  }

  /**
   * The rate and key of this step, for ops that drop inside.
   *
   * @param width  elements for each of what it drops by: of a row, or of a pair of tokens as many as there are heads
   */
  current(width: number): DropoutOptions {
    const { training, seed, step, before } = this.#context;
    const first = this.per === "model" ? 0 : before[this.per] * width;
    const site = this.#context.currentSite(this.#site);
    return { rate: training ? this.rate : 0, key: { seed, site, step, first } };
  }
}
