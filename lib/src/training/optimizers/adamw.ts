import type * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../../models/module";
import { adamw } from "../../ops/adamw";
import { refuseUnknownOptions } from "../../known-options";
import { Optimizer, type Slot } from "./optimizer";
import type { ParameterGroup, ParameterSettings } from "./parameter-groups";

export interface AdamWOptions extends Partial<ParameterSettings> {
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
}

/**
 * Adam with decoupled weight decay.
 *
 * @see Loshchilov and Hutter 2019; torch.optim.AdamW
 *
 * @example
 * const optimizer = new AdamW(model.namedParameters(), { beta2: 0.99 });
 * const trainer = new Trainer({ model, args, trainDataset, optimizers: [optimizer] });
 */
export class AdamW extends Optimizer {
  private readonly figures: { beta1: number; beta2: number; eps: number };

  /** As {@link Optimizer}. The learning rate is 1e-3 by default, the weight decay 0.01, as in torch. */
  constructor(
    parameters: Iterable<[string, Parameter]>,
    options: AdamWOptions = {},
    groups?: readonly ParameterGroup[],
  ) {
    const { learningRate = 1e-3, weightDecay = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
    refuseUnknownOptions("AdamW", options, ["learningRate", "weightDecay", "beta1", "beta2", "epsilon"]);
    super(parameters, { learningRate, weightDecay }, groups);
    this.figures = { beta1, beta2, eps: epsilon };
  }

  protected stateShapes(shape: number[]): Record<string, number[]> {
    return { exp_avg: shape, exp_avg_sq: shape };
  }

  protected updateParameter(
    { parameter, state, weightDecay }: Slot,
    gradient: tf.Tensor,
    learningRate: number,
    gradientScale: number,
  ): void {
    const [firstMoment, secondMoment] = [state.exp_avg!, state.exp_avg_sq!];
    adamw(
      { parameter: parameter.value, gradient, firstMoment, secondMoment },
      { ...this.figures, learningRate, weightDecay, step: this.step, gradientScale },
    );
  }
}
