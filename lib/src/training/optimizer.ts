import * as tf from "@tensorflow/tfjs";
import type { HostTensor, StateDict } from "../checkpoints/dtypes";
import { toFloat32 } from "../checkpoints/float-formats";
import { CheckpointError } from "../errors";
import type { Parameter } from "../models/module";
import { adamw } from "../ops/adamw";
import { parameterSettings, type ParameterGroup, type ParameterSettings } from "./parameter-groups";
import type { TrainingArguments } from "./training-arguments";

interface Slot extends ParameterSettings {
  parameter: Parameter;
  firstMoment: tf.Variable;
  secondMoment: tf.Variable;
}

/** AdamW over parameters by name. @see torch.optim.AdamW */
export class AdamW {
  /** Updates done so far. */
  step = 0;
  private readonly slots = new Map<string, Slot>();

  /**
   * @param args    the settings of every parameter
   * @param groups  those that have others
   * @throws ConfigError for a group that cannot be made out
   */
  constructor(
    parameters: Iterable<[string, Parameter]>,
    private readonly args: TrainingArguments,
    groups?: readonly ParameterGroup[],
  ) {
    const trained = new Map(parameters);
    const settings = parameterSettings(trained.keys(), args, groups);
    for (const [name, parameter] of trained) {
      this.slots.set(name, {
        parameter,
        ...settings.get(name)!,
        firstMoment: zeroVariable(parameter.shape),
        secondMoment: zeroVariable(parameter.shape),
      });
    }
  }

  /** What is trained, by name. */
  *parameters(): Generator<[string, Parameter]> {
    for (const [name, { parameter }] of this.slots) yield [name, parameter];
  }

  /**
   * One update of every parameter that has a gradient.
   *
   * @param gradients      by parameter name
   * @param scheduleFactor what this step's learning rates are of their peaks
   * @param gradientScale  factor on all gradients, for clipping
   */
  update(gradients: ReadonlyMap<string, tf.Tensor>, scheduleFactor: number, gradientScale: number): void {
    this.step++;
    const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: eps } = this.args;
    for (const [name, slot] of this.slots) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      const { parameter, weightDecay, firstMoment, secondMoment } = slot;
      const learningRate = slot.learningRate * scheduleFactor;
      adamw(
        { parameter: parameter.value, gradient, firstMoment, secondMoment },
        { learningRate, beta1, beta2, eps, weightDecay, step: this.step, gradientScale },
      );
    }
  }

  /** The moments of every parameter (`NAME.exp_avg`, `NAME.exp_avg_sq`, torch's terms) and the number of updates. */
  async stateDict(): Promise<StateDict> {
    const state: StateDict = new Map<string, HostTensor>();
    for (const [name, moment, { parameter }] of this.moments()) {
      state.set(name, { dtype: "F32", shape: parameter.shape, data: await floats(moment) });
    }
    state.set("step", { dtype: "I32", shape: [], data: Int32Array.of(this.step) });
    return state;
  }

  /** Takes over a state: all of it, or nothing. @throws CheckpointError if it belongs to another model */
  loadStateDict(state: StateDict, source: string): void {
    this.checkStateDict(state, source);
    this.step = Number(state.get("step")!.data[0]);
    for (const [name, moment, { parameter }] of this.moments()) {
      tf.tidy(() => moment.assign(tf.tensor(toFloat32(state.get(name)!), parameter.shape)));
    }
  }

  /** @throws CheckpointError unless a state is one of these parameters */
  checkStateDict(state: StateDict, source: string): void {
    const check = (name: string, shape: number[]) => {
      if (state.get(name)?.shape.join() === shape.join()) return;
      throw new CheckpointError(
        `${source}: tensor '${name}' is missing or not of shape [${shape.join(", ")}].`,
      );
    };
    check("step", []);
    for (const [name, , { parameter }] of this.moments()) check(name, parameter.shape);
  }

  /** Every moment under its name in the state, with the parameter that it is of. */
  private *moments(): Generator<[string, tf.Variable, Slot]> {
    for (const [name, slot] of this.slots) {
      yield [`${name}.exp_avg`, slot.firstMoment, slot];
      yield [`${name}.exp_avg_sq`, slot.secondMoment, slot];
    }
  }

  dispose(): void {
    for (const { firstMoment, secondMoment } of this.slots.values()) tf.dispose([firstMoment, secondMoment]);
    this.slots.clear();
  }
}

function zeroVariable(shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros(shape), false));
}

async function floats(tensor: tf.Tensor): Promise<Float32Array> {
  return (await tensor.data()) as Float32Array;
}
