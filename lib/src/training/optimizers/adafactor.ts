import * as tf from "../../tfjs";
import type { Parameter } from "../../models/module";
import { refuseUnknownOptions } from "../../known-options";
import { Optimizer, type Slot } from "./optimizer";
import type { ParameterGroup, ParameterSettings } from "./parameter-groups";

export interface AdafactorOptions extends Partial<ParameterSettings> {
  /** Added to the squares of gradients. Default 1e-30. */
  epsilon?: number;
  /** Updates of a larger root mean square are scaled down to it. Default 1. */
  clipThreshold?: number;
  /** The averages forget the more slowly the later it is: at step t they keep 1 - t ^ decayRate. Default -0.8. */
  decayRate?: number;
}

/**
 * Keeps of a matrix's squared gradients the averages of its rows and of its columns alone, and so hardly any memory beside
 * the weights. As transformers' Trainer sets it up: a given learning rate, which the size of the weights does not scale.
 *
 * @see Shazeer and Stern 2018; transformers.Adafactor with scale_parameter=False, relative_step=False
 * @example
 * const optimizer = new Adafactor(model.namedParameters());
 * const trainer = new Trainer({ model, args, trainDataset, optimizers: [optimizer] });
 */
export class Adafactor extends Optimizer {
  private readonly epsilon: number;
  private readonly clipThreshold: number;
  private readonly decayRate: number;

  /** As {@link Optimizer}. The learning rate is 1e-3 by default, and there is no weight decay. */
  constructor(
    parameters: Iterable<[string, Parameter]>,
    options: AdafactorOptions = {},
    groups?: readonly ParameterGroup[],
  ) {
    const { learningRate = 1e-3, weightDecay = 0, epsilon = 1e-30 } = options;
    refuseUnknownOptions("Adafactor", options, [
      "learningRate",
      "weightDecay",
      "epsilon",
      "clipThreshold",
      "decayRate",
    ]);
    super(parameters, { learningRate, weightDecay }, groups);
    this.epsilon = epsilon;
    this.clipThreshold = options.clipThreshold ?? 1;
    this.decayRate = options.decayRate ?? -0.8;
  }

  protected stateShapes(shape: number[]): Record<string, number[]> {
    if (shape.length < 2) return { exp_avg_sq: shape };
    return {
      exp_avg_sq_row: shape.slice(0, -1),
      exp_avg_sq_col: [...shape.slice(0, -2), ...shape.slice(-1)],
    };
  }

  protected updateParameter(
    { parameter, state, weightDecay }: Slot,
    gradient: tf.Tensor,
    learningRate: number,
    gradientScale: number,
  ): void {
    const weight = parameter.value;
    const kept = 1 - this.step ** this.decayRate;
    const average = (variable: tf.Variable, value: tf.Tensor) => {
      variable.assign(tf.add(tf.mul(variable, kept), tf.mul(value, 1 - kept)));
      return variable;
    };
    tf.tidy(() => {
      const scaled = tf.mul(gradient, gradientScale);
      const squares = tf.add(tf.square(scaled), this.epsilon);
      const { exp_avg_sq: all, exp_avg_sq_row: row, exp_avg_sq_col: column } = state;
      const direction = all
        ? tf.mul(scaled, tf.rsqrt(average(all, squares)))
        : factored(scaled, average(row!, tf.mean(squares, -1)), average(column!, tf.mean(squares, -2)));
      const clip = tf.maximum(tf.div(rootMeanSquare(direction), this.clipThreshold), 1);
      const decayed = weightDecay === 0 ? weight : tf.mul(weight, 1 - weightDecay * learningRate);
      weight.assign(tf.sub(decayed, tf.mul(tf.div(direction, clip), learningRate)));
    });
  }
}

/** A gradient over the root of the squares that the averages of rows and columns stand for. */
function factored(gradient: tf.Tensor, row: tf.Tensor, column: tf.Tensor): tf.Tensor {
  const rowFactor = tf.rsqrt(tf.div(row, tf.mean(row, -1, true)));
  const factor = tf.mul(tf.expandDims(rowFactor, -1), tf.expandDims(tf.rsqrt(column), -2));
  return tf.mul(gradient, factor);
}

const rootMeanSquare = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.mean(tf.square(x)));
