import type * as tf from "@tensorflow/tfjs-core";
import { dropout } from "../ops/dropout";
import { dropoutAddLayerNorm, type DropoutOptions } from "../ops/dropout-add-layer-norm";
import { layerNorm } from "../ops/layer-norm";
import { linear, type Activation } from "../ops/linear";
import { Module, Parameter, type BatchExtent, type ModelContext } from "./module";

/** @see torch.nn.Linear */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(inFeatures: number, outFeatures: number, standardDeviation: number) {
    super();
    this.weight = new Parameter([outFeatures, inFeatures], { standardDeviation });
    this.bias = new Parameter([outFeatures], { constant: 0 });
  }

  /** @param x  [rows, in] @returns [rows, out] */
  forward(x: tf.Tensor2D, activation?: Activation): tf.Tensor2D {
    return linear(x, this.weight.value as tf.Tensor2D, this.bias.value as tf.Tensor1D, activation);
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
  readonly bias: Parameter;

  constructor(
    hidden: number,
    readonly eps: number,
  ) {
    super();
    this.weight = new Parameter([hidden], { constant: 1 });
    this.bias = new Parameter([hidden], { constant: 0 });
  }

  /** @param x  [rows, hidden] */
  forward(x: tf.Tensor2D): tf.Tensor2D {
    const { weight, bias, eps } = this;
    return layerNorm(x, weight.value as tf.Tensor1D, bias.value as tf.Tensor1D, eps);
  }

  /** Drops elements of x, adds the residual and normalises: [rows, hidden] all of them. */
  forwardResidual(x: tf.Tensor2D, residual: tf.Tensor2D, dropout: DropoutOptions): tf.Tensor2D {
    return dropoutAddLayerNorm(
      x,
      residual,
      this.weight.value as tf.Tensor1D,
      this.bias.value as tf.Tensor1D,
      this.eps,
      dropout,
    );
  }
}

/** Dropout with a random stream of its own; does nothing unless the model trains. @see torch.nn.Dropout */
export class Dropout extends Module {
  readonly #context: ModelContext;
  readonly #site: number;

  constructor(
    readonly rate: number,
    context: ModelContext,
    /** What the rows of its input are, or what attention has weights for. */
    private readonly per: keyof BatchExtent,
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
    const first = before[this.per] * width;
    return { rate: training ? this.rate : 0, key: { seed, site: this.#site, step, first } };
  }
}
