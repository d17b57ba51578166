import type * as tf from "@tensorflow/tfjs-core";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { TrainerDataset } from "./data-loader";
import type { Optimizer } from "./optimizers/optimizer";
import type { ProcessingClass } from "./run/save";
import type { TrainerState } from "./state";
import type { Throughput } from "./step/throughput";
import type { TrainerOptions } from "./trainer-options";
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

/** What every callback is told. */
export interface CallbackContext {
  args: TrainingArguments;
  state: TrainerState;
  control: TrainerControl;
  model: PreTrainedModel<object>;
  processingClass: ProcessingClass | undefined;
  trainDataset: TrainerDataset | undefined;
  evalDataset: TrainerOptions["evalDataset"];
  /** While `train` runs. */
  optimizer: Optimizer | undefined;
  /** In `onLog` of training steps: how fast they went, and what they took. */
  throughput: Throughput | undefined;
}

/** Gradients by the names of their parameters: of all micro-batches, before clipping. They are the Trainer's: keep copies. */
export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** What a callback keeps in checkpoints, in transformers' form. @see transformers.trainer_callback.ExportableState */
export interface CallbackState {
  /** What it was made with. */
  args: Record<string, unknown>;
  /** What it has come to since. */
  attributes: Record<string, unknown>;
}

type Event = void | Promise<void>;

/** Hooks into the training loop; every one is optional. @see transformers.TrainerCallback */
export interface TrainerCallback {
  /** The Trainer is made. It does not wait for a promise. */
  onInitEnd?(context: CallbackContext): Event;
  onTrainBegin?(context: CallbackContext): Event;
  onEpochBegin?(context: CallbackContext): Event;
  /** Before an optimizer step and the first of its micro-batches. */
  onStepBegin?(context: CallbackContext): Event;
  /** After each micro-batch of a step but the last. */
  onSubstepEnd?(context: CallbackContext): Event;
  onPreOptimizerStep?(context: CallbackContext, gradients: Gradients): Event;
  onOptimizerStep?(context: CallbackContext, gradients: Gradients): Event;
  onStepEnd?(context: CallbackContext): Event;
  onLog?(context: CallbackContext, logs: Logs): Event;
  /** After each batch of an evaluation or prediction. */
  onPredictionStep?(context: CallbackContext): Event;
  /** After an evaluation; `metrics` has `eval_loss` and so on. */
  onEvaluate?(context: CallbackContext, metrics: Logs): Event;
  /** After `predict`. */
  onPredict?(context: CallbackContext, metrics: Logs): Event;
  onSave?(context: CallbackContext): Event;
  onEpochEnd?(context: CallbackContext): Event;
  /** Always called once training has begun, after an error or an interrupt too. */
  onTrainEnd?(context: CallbackContext): Event;

  /** What to keep in checkpoints, under the name of the class. */
  exportState?(): CallbackState;
  /**
   * Goes on from a checkpoint.
   *
   * @param withArgs  whether what it was made with holds too (`restoreCallbackStatesFromCheckpoint`)
   */
  restoreState?(state: CallbackState, withArgs: boolean): void;
}

const defaultFactories: (() => TrainerCallback)[] = [];

/**
 * Gives every Trainer made from now on a callback of its own from this factory: how a notebook shows its table.
 *
 * @example
 * addDefaultCallback(() => new CsvCallback()); // for every Trainer from now on
 */
export function addDefaultCallback(factory: () => TrainerCallback): void {
  defaultFactories.push(factory);
}

/** New callbacks from the registered factories; empty where nothing is registered. */
export function defaultCallbacks(): TrainerCallback[] {
  return defaultFactories.map((factory) => factory());
}
