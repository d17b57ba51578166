import type { CallbackContext, Gradients, Logs, TrainerCallback, TrainerControl } from "./callbacks";
import { idleControl } from "./flow";
import type { Optimizer } from "./optimizers/optimizer";
import { initialState, type TrainerState } from "./state";
import type { Throughput } from "./step/throughput";
import type { TrainingArguments } from "./training-arguments";
import { warn } from "../notices";

/** A kind of callback, or one of them. */
export type CallbackOrClass = TrainerCallback | (new (...args: never[]) => TrainerCallback);

/** Events that tell nothing beside the context. */
type PlainEvent =
  | "onTrainBegin"
  | "onEpochBegin"
  | "onStepBegin"
  | "onSubstepEnd"
  | "onStepEnd"
  | "onPredictionStep"
  | "onSave"
  | "onEpochEnd"
  | "onTrainEnd";

/** Before the first run. */
const NO_RUN = {
  ...{ maxSteps: 0, numTrainEpochs: 0, trainBatchSize: 0 },
  ...{ loggingSteps: 0, evalSteps: 0, saveSteps: 0 },
};

/** Tells callbacks, in their order, what happens, and keeps what they are told of. @see transformers.CallbackHandler */
export class CallbackHandler {
  state: TrainerState = initialState(NO_RUN);
  control: TrainerControl = idleControl();
  private optimizer: Optimizer | undefined;

  /** @param fixed  what stays the same for the Trainer's life; its model may be made later */
  constructor(
    private readonly fixed: Omit<CallbackContext, "state" | "control" | "optimizer" | "throughput">,
    private readonly callbacks: TrainerCallback[],
  ) {
    for (const callback of callbacks) void callback.onInitEnd?.(this.context());
    const named = callbacks.map(({ constructor }) => constructor).filter((each) => each !== Object);
    const twice = named.find((each, index) => named.indexOf(each) !== index);
    if (twice)
      warn(`Trainer: there are two callbacks of the class ${twice.name}; each of them is told everything.`);
  }

  get args(): TrainingArguments {
    return this.fixed.args;
  }

  /** A run begins, or goes on. */
  begin(state: TrainerState, optimizer: Optimizer): void {
    this.state = state;
    this.control = idleControl();
    this.optimizer = optimizer;
  }

  /** The run is over. */
  end(): void {
    this.optimizer = undefined;
  }

  add(callback: TrainerCallback): void {
    this.callbacks.push(callback);
  }

  /** Takes out this callback, or the first of this class. @returns it, if it was there */
  remove(wanted: CallbackOrClass): TrainerCallback | undefined {
    const index = this.callbacks.findIndex((callback) =>
      typeof wanted === "function" ? callback instanceof wanted : callback === wanted,
    );
    return index === -1 ? undefined : this.callbacks.splice(index, 1)[0];
  }

  async call(event: PlainEvent): Promise<void> {
    for (const callback of this.callbacks) await callback[event]?.(this.context());
  }

  async gradients(event: "onPreOptimizerStep" | "onOptimizerStep", gradients: Gradients): Promise<void> {
    for (const callback of this.callbacks) await callback[event]?.(this.context(), gradients);
  }

  async metrics(event: "onEvaluate" | "onPredict", metrics: Logs): Promise<void> {
    for (const callback of this.callbacks) await callback[event]?.(this.context(), metrics);
  }

  /** Adds an entry to the log history and shows it. */
  async log(figures: Logs, throughput?: Throughput): Promise<void> {
    const { epoch, globalStep, numInputTokensSeen } = this.state;
    const counts = this.args.includeNumInputTokensSeen !== "no";
    const logs = counts ? { ...figures, num_input_tokens_seen: numInputTokensSeen } : figures;
    this.state.logHistory.push({ ...logs, epoch, step: globalStep });
    for (const callback of this.callbacks) await callback.onLog?.(this.context(throughput), logs);
  }

  /** What callbacks keep in a checkpoint, by the names of their classes; of several of one class, a list. */
  exportStates(): TrainerState["statefulCallbacks"] {
    const states: TrainerState["statefulCallbacks"] = {};
    for (const [name, callbacks] of this.stateful()) {
      const own = callbacks.map((callback) => callback.exportState!());
      states[name] = own.length === 1 ? own[0]! : own;
    }
    return states;
  }

  /** Gives callbacks back what they kept; what belongs to none of them is told. */
  restoreStates(states: TrainerState["statefulCallbacks"]): void {
    const stateful = this.stateful();
    for (const [name, state] of Object.entries(states)) {
      const callbacks = stateful.get(name) ?? [];
      // transformers keeps its control there.
      if (callbacks.length === 0 && name !== "TrainerControl") {
        warn(`The checkpoint has a state of ${name}, and there is no such callback; it is left out.`);
      }
      for (const [index, each] of [state].flat().entries()) {
        callbacks[index]?.restoreState?.(each, this.args.restoreCallbackStatesFromCheckpoint);
      }
    }
  }

  /** Callbacks that keep something, by their classes. */
  private stateful(): Map<string, TrainerCallback[]> {
    const byName = new Map<string, TrainerCallback[]>();
    for (const callback of this.callbacks.filter((each) => "exportState" in each)) {
      const { name } = callback.constructor;
      byName.set(name, [...(byName.get(name) ?? []), callback]);
    }
    return byName;
  }

  private context(throughput?: Throughput): CallbackContext {
    const { fixed, state, control, optimizer } = this;
    return Object.defineProperties(
      { state, control, optimizer, throughput },
      Object.getOwnPropertyDescriptors(fixed),
    ) as CallbackContext;
  }
}
