import * as tf from "../../tfjs";
import type { HostTensor, StateDict } from "../../checkpoints/dtypes";
import { toFloat32 } from "../../checkpoints/float-formats";
import { CheckpointError } from "../../errors";
import type { Parameter } from "../../models/module";
import {
  checkSettings,
  parameterSettings,
  type ParameterGroup,
  type ParameterSettings,
} from "./parameter-groups";

/** A trained parameter, its settings, and what the optimizer keeps of it. */
export interface Slot extends ParameterSettings {
  parameter: Parameter;
  /** Running averages and the like, by torch's names; made when they are first asked for. */
  state: Record<string, tf.Variable>;
  /** Whether this process updates it: of several, another one may. */
  isOurs: boolean;
}

/** What one step's updates have in common. */
export interface UpdateOptions {
  /** What the step's learning rates are of their peaks. */
  scheduleFactor: number;
  /** Factor on all gradients, for clipping. */
  gradientScale: number;
}

/**
 * Changes parameters by their gradients. Extend it with a rule of your own, and give it to the Trainer's `optimizers`.
 *
 * @example
 * const args = new TrainingArguments({ outputDir: "out", optim: "adafactor" }); // or one of your own in `optimizers`
 */
export abstract class Optimizer {
  /** Updates done so far. */
  step = 0;
  private readonly slots = new Map<string, Slot>();
  /** Those whose state is complete. */
  private readonly prepared = new WeakSet<Slot>();

  /**
   * @param parameters  by name, as `model.namedParameters()` has them
   * @param settings    of every parameter; biases and LayerNorm have no weight decay
   * @param groups      of those that have others
   * @throws ConfigError for settings that are no numbers, and for a group that cannot be made out
   */
  constructor(
    parameters: Iterable<[string, Parameter]>,
    private readonly settings: ParameterSettings,
    groups?: readonly ParameterGroup[],
  ) {
    checkSettings(new.target.name, settings);
    const trained = new Map(parameters);
    const settingsOf = parameterSettings(trained.keys(), settings, groups);
    for (const [name, parameter] of trained) {
      this.slots.set(name, { parameter, ...settingsOf.get(name)!, state: {}, isOurs: true });
    }
  }

  /** What is kept of a parameter of this shape: the shapes by torch's names. */
  protected abstract stateShapes(shape: number[]): Record<string, number[]>;

  /**
   * Updates one parameter.
   *
   * @param learningRate   this step's, of this parameter
   * @param gradientScale  factor on the gradient
   */
  protected abstract updateParameter(
    slot: Slot,
    gradient: tf.Tensor,
    learningRate: number,
    gradientScale: number,
  ): void;

  /** The peak learning rate. */
  get learningRate(): number {
    return this.settings.learningRate;
  }

  /** What is trained, by name. */
  *parameters(): Generator<[string, Parameter]> {
    for (const [name, { parameter }] of this.slots) yield [name, parameter];
  }

  /**
   * One update of every parameter that has a gradient.
   *
   * @param gradients  by parameter name
   */
  update(gradients: ReadonlyMap<string, tf.Tensor>, { scheduleFactor, gradientScale }: UpdateOptions): void {
    this.step++;
    for (const [name, slot] of this.ownSlots()) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      this.prepare(slot);
      this.updateParameter(slot, gradient, slot.learningRate * scheduleFactor, gradientScale);
    }
  }

  /** Leaves the parameters that `isOurs` says no of to other processes: neither updated here nor kept a state of. */
  restrictTo(isOurs: (name: string) => boolean): void {
    for (const [name, slot] of this.slots) {
      slot.isOurs = isOurs(name);
      if (slot.isOurs) continue;
      tf.dispose(Object.values(slot.state));
      slot.state = {};
      this.prepared.delete(slot);
    }
  }

  /** Makes all that is kept of parameters: before a run, so that memory for it does not run out in the middle of an update. */
  allocate(): void {
    for (const [, slot] of this.ownSlots()) this.prepare(slot);
  }

  /** What is kept of every parameter of this process (`NAME.exp_avg`, with torch's terms), and the number of updates. */
  async stateDict(): Promise<StateDict> {
    const state: StateDict = new Map<string, HostTensor>();
    for (const [name, slot] of this.ownSlots()) {
      for (const [key, variable] of Object.entries(this.prepare(slot))) {
        const data = (await variable.data()) as Float32Array;
        state.set(`${name}.${key}`, { dtype: "F32", shape: variable.shape, data });
      }
    }
    state.set("step", { dtype: "I32", shape: [], data: Int32Array.of(this.step) });
    return state;
  }

  /** Takes over a state: all of it, or nothing. @throws CheckpointError if it belongs to another model or optimizer */
  loadStateDict(state: StateDict, source: string): void {
    this.checkStateDict(state, source);
    this.step = Number(state.get("step")!.data[0]);
    for (const [name, slot] of this.ownSlots()) {
      for (const [key, variable] of Object.entries(this.prepare(slot))) {
        const stored = toFloat32(state.get(`${name}.${key}`)!);
        tf.tidy(() => variable.assign(tf.tensor(stored, variable.shape)));
      }
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
    for (const [name, shape] of this.stateShapesByName()) check(name, shape);
  }

  /** The shapes of what {@link stateDict} has of parameters. */
  *stateShapesByName(): Generator<[string, number[]]> {
    for (const [name, { parameter }] of this.slots) {
      for (const [key, shape] of Object.entries(this.stateShapes(parameter.shape)))
        yield [`${name}.${key}`, shape];
    }
  }

  dispose(): void {
    for (const { state } of this.slots.values()) tf.dispose(Object.values(state));
    this.slots.clear();
  }

  private *ownSlots(): Generator<[string, Slot]> {
    for (const entry of this.slots) if (entry[1].isOurs) yield entry;
  }

  private prepare(slot: Slot): Record<string, tf.Variable> {
    const { parameter, state } = slot;
    if (this.prepared.has(slot)) return state;
    for (const [key, shape] of Object.entries(this.stateShapes(parameter.shape))) {
      state[key] ??= tf.tidy(() => tf.variable(tf.zeros(shape), false));
    }
    this.prepared.add(slot);
    return state;
  }
}
