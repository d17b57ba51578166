import * as tf from "../../tfjs";
import type { Parameter } from "../../models/module";
import { refuseUnknownOptions } from "../../known-options";
import { Optimizer, type Slot } from "./optimizer";
import type { ParameterGroup, ParameterSettings } from "./parameter-groups";

export interface SGDOptions extends Partial<ParameterSettings> {
  /** What a step keeps of the one before. Default 0. */
  momentum?: number;
  /** Looks ahead along the momentum (Nesterov 1983). Default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent.
 *
 * @see torch.optim.SGD
 *
 * @example
 * const optimizer = new SGD(model.namedParameters(), { momentum: 0.9 });
 * const trainer = new Trainer({ model, args, trainDataset, optimizers: [optimizer] });
 */
export class SGD extends Optimizer {
  private readonly momentum: number;
  private readonly nesterov: boolean;

  /** As {@link Optimizer}. The learning rate is 1e-3 by default, and there is no weight decay, as in torch. */
  constructor(
    parameters: Iterable<[string, Parameter]>,
    options: SGDOptions = {},
    groups?: readonly ParameterGroup[],
  ) {
    const { learningRate = 1e-3, weightDecay = 0, momentum = 0, nesterov = false } = options;
    refuseUnknownOptions("SGD", options, ["learningRate", "weightDecay", "momentum", "nesterov"]);
    super(parameters, { learningRate, weightDecay }, groups);
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  protected stateShapes(shape: number[]): Record<string, number[]> {
    return this.momentum === 0 ? {} : { momentum_buffer: shape };
  }

  protected updateParameter(
    { parameter, state, weightDecay }: Slot,
    gradient: tf.Tensor,
    learningRate: number,
    gradientScale: number,
  ): void {
    const { momentum, nesterov } = this;
    const weight = parameter.value;
    tf.tidy(() => {
      let direction = tf.mul(gradient, gradientScale);
      if (weightDecay !== 0) direction = tf.add(direction, tf.mul(weight, weightDecay));
      const buffer = state.momentum_buffer;
      if (buffer) {
        buffer.assign(tf.add(tf.mul(buffer, momentum), direction));
        direction = nesterov ? tf.add(direction, tf.mul(buffer, momentum)) : buffer;
      }
      weight.assign(tf.sub(weight, tf.mul(direction, learningRate)));
    });
  }
}
