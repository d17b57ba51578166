import * as tf from "../../tfjs";
import { activate, linear, type Activation } from "../../ops/linear";
import { Dropout, type Linear } from "../layers";
import { Module, Parameter, type ModelContext } from "../module";
import type { LoraConfig } from "./lora-config";

/** A matrix without a bias. */
class Projection extends Module {
  readonly weight: Parameter;

  constructor(shape: [outFeatures: number, inFeatures: number], initializer: Parameter["initializer"]) {
    super();
    this.weight = new Parameter(shape, initializer);
  }

  /** @param x  [rows, in] @returns [rows, out] */
  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(x, this.weight.value, false, true);
  }
}

/**
 * A linear layer whose weight W stays, with a trained update of low rank: x W^T + b + scaling * dropout(x) A^T B^T. B starts at
 * zero, and so does the update.
 *
 * @see Hu et al. 2021, LoRA; peft.tuners.lora.Linear
 */
export class LoraLinear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  /** [r, in] */
  readonly lora_A: Projection;
  /** [out, r] */
  readonly lora_B: Projection;
  readonly dropout: Dropout;
  private readonly scaling: number;

  readonly #original: Linear;

  /** @param rows  what the rows of the layer's input are */
  constructor(
    original: Linear,
    { r, loraDropout, scaling }: LoraConfig,
    context: ModelContext,
    rows: "sequences" | "tokens",
  ) {
    super();
    const { weight, bias } = original;
    this.#original = original;
    const [outFeatures, inFeatures] = weight.shape as [number, number];
    this.weight = weight;
    this.bias = bias;
    // As torch.nn.Linear is initialised.
    this.lora_A = new Projection([r, inFeatures], { bound: 1 / Math.sqrt(inFeatures) });
    this.lora_B = new Projection([outFeatures, r], { constant: 0 });
    this.dropout = new Dropout(loraDropout, context, rows);
    this.scaling = scaling;
  }

  /** @param x  [rows, in] @returns [rows, out] */
  forward(x: tf.Tensor2D, activation?: Activation): tf.Tensor2D {
    const sum = linear(x, this.weight.value as tf.Tensor2D, this.bias?.value as tf.Tensor1D | undefined);
    const low = this.lora_A.forward(this.dropout.forward(x));
    // Scaled where it is small.
    return activate(tf.add(sum, this.lora_B.forward(tf.mul(low, this.scaling))), activation);
  }

  /** The layer as it was. */
  get original(): Linear {
    return this.#original;
  }

  /** Adds the update to the weight for good. @returns the layer as it was, with that weight */
  merge(): Linear {
    const { weight, lora_A, lora_B, scaling } = this;
    tf.tidy(() => {
      const update = tf.matMul(lora_B.weight.value, lora_A.weight.value);
      weight.value.assign(tf.add(weight.value, tf.mul(update, scaling)));
    });
    lora_A.weight.dispose();
    lora_B.weight.dispose();
    return this.original;
  }
}
