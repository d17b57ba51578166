import type { TrainerState } from "./state";
import type { TrainingArguments } from "./training-arguments";

/** Figures of one log line, under the names of Hugging Face's `trainer_state.json` (`loss`, `eval_accuracy`, …). */
export type Logs = Record<string, number>;

/** What callbacks may ask the Trainer to do next. @see transformers.TrainerControl */
export interface TrainerControl {
  shouldTrainingStop: boolean;
  shouldEpochStop: boolean;
  shouldSave: boolean;
  shouldEvaluate: boolean;
  shouldLog: boolean;
}

export interface CallbackContext {
  args: TrainingArguments;
  state: TrainerState;
  control: TrainerControl;
}

/** Hooks into the training loop; every one is optional. @see transformers.TrainerCallback */
export interface TrainerCallback {
  onTrainBegin?(context: CallbackContext): void | Promise<void>;
  onEpochBegin?(context: CallbackContext): void | Promise<void>;
  onStepEnd?(context: CallbackContext): void | Promise<void>;
  onLog?(context: CallbackContext, logs: Logs): void | Promise<void>;
  /** After an evaluation; `metrics` has `eval_loss` and so on. */
  onEvaluate?(context: CallbackContext, metrics: Logs): void | Promise<void>;
  onSave?(context: CallbackContext): void | Promise<void>;
  onEpochEnd?(context: CallbackContext): void | Promise<void>;
  /** Always called once training has begun, after an error or an interrupt too. */
  onTrainEnd?(context: CallbackContext): void | Promise<void>;
}

const defaultFactories: (() => TrainerCallback)[] = [];

/** Gives every Trainer made from now on a callback of its own from this factory: how a notebook shows its table. */
export function addDefaultCallback(factory: () => TrainerCallback): void {
  defaultFactories.push(factory);
}

/** New callbacks from the registered factories; empty where nothing is registered. */
export function defaultCallbacks(): TrainerCallback[] {
  return defaultFactories.map((factory) => factory());
}
