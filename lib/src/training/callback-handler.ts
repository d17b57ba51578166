import type {
  CallbackContext,
  CallbackState,
  Gradients,
  Logs,
  TrainerCallback,
  TrainerControl,
} from "./callbacks";
import { idleControl } from "./flow";
import type { Optimizer } from "./optimizers/optimizer";
import { initialState, type TrainerState } from "./state";
import type { Throughput } from "./throughput";
import type { TrainingArguments } from "./training-arguments";

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

  /** What callbacks keep in a checkpoint, by the names of their classes. */
  exportStates(): Record<string, CallbackState> {
    const states: Record<string, CallbackState> = {};
    for (const callback of this.callbacks) {
      if (callback.exportState) states[callback.constructor.name] = callback.exportState();
    }
    return states;
  }

  restoreStates(states: Readonly<Record<string, CallbackState>>): void {
    for (const callback of this.callbacks) {
      const state = states[callback.constructor.name];
      if (state) callback.restoreState?.(state, this.args.restoreCallbackStatesFromCheckpoint);
    }
  }

  private context(throughput?: Throughput): CallbackContext {
    const { fixed, state, control, optimizer } = this;
    return Object.defineProperties(
      { state, control, optimizer, throughput },
      Object.getOwnPropertyDescriptors(fixed),
    ) as CallbackContext;
  }
}
