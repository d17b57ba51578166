import * as tf from "@tensorflow/tfjs";
import type { HostTensor, StateDict } from "../checkpoints/dtypes";
import { toFloat32 } from "../checkpoints/float-formats";
import { CheckpointError } from "../errors";
import type { Parameter } from "../models/module";
import { adamw } from "../ops/adamw";
import type { TrainingArguments } from "./training-arguments";

interface Slot {
  parameter: Parameter;
  weightDecay: number;
  firstMoment: tf.Variable;
  secondMoment: tf.Variable;
}

/** Biases and normalisation scales are not pulled towards zero. @see transformers.Trainer.get_decay_parameter_names */
export function isDecayed(name: string): boolean {
  return !name.endsWith("bias") && !name.includes("LayerNorm");
}

/** AdamW over parameters by name. @see torch.optim.AdamW */
export class AdamW {
  /** Updates done so far. */
  step = 0;
  private readonly slots = new Map<string, Slot>();

  constructor(
    parameters: Iterable<[string, Parameter]>,
    private readonly args: TrainingArguments,
  ) {
    for (const [name, parameter] of parameters) {
      this.slots.set(name, {
        parameter,
        weightDecay: isDecayed(name) ? args.weightDecay : 0,
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
   * @param learningRate   of this step
   * @param gradientScale  factor on all gradients, for clipping
   */
  update(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number, gradientScale: number): void {
    this.step++;
    const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: eps } = this.args;
    for (const [name, { parameter, weightDecay, firstMoment, secondMoment }] of this.slots) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      adamw(
        { parameter: parameter.value, gradient, firstMoment, secondMoment },
        { learningRate, beta1, beta2, eps, weightDecay, step: this.step, gradientScale },
      );
    }
  }

  /** The moments of every parameter (`NAME.exp_avg`, `NAME.exp_avg_sq`, torch's terms) and the number of updates. */
  async stateDict(): Promise<StateDict> {
    const state: StateDict = new Map<string, HostTensor>();
    for (const [name, { parameter, firstMoment, secondMoment }] of this.slots) {
      for (const [kind, moment] of Object.entries({ exp_avg: firstMoment, exp_avg_sq: secondMoment })) {
        state.set(`${name}.${kind}`, { dtype: "F32", shape: parameter.shape, data: await floats(moment) });
      }
    }
    state.set("step", { dtype: "I32", shape: [], data: Int32Array.of(this.step) });
    return state;
  }

  /** @throws CheckpointError if the state belongs to another model */
  loadStateDict(state: StateDict, source: string): void {
    const tensor = (name: string, shape: number[]): HostTensor => {
      const found = state.get(name);
      if (!found || found.shape.join() !== shape.join()) {
        throw new CheckpointError(
          `${source}: tensor '${name}' is missing or not of shape [${shape.join(", ")}].`,
        );
      }
      return found;
    };
    this.step = Number(tensor("step", []).data[0]);
    for (const [name, { parameter, firstMoment, secondMoment }] of this.slots) {
      for (const [kind, moment] of Object.entries({ exp_avg: firstMoment, exp_avg_sq: secondMoment })) {
        const stored = tensor(`${name}.${kind}`, parameter.shape);
        tf.tidy(() => moment.assign(tf.tensor(toFloat32(stored), parameter.shape)));
      }
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
