import path from "../platform/path";
import { readJson, writeJson } from "../checkpoints/json";
import { CheckpointError } from "../errors";
import type { CallbackState } from "./callbacks";

/** One entry of the log history, as in Hugging Face's `trainer_state.json`. */
export interface LogEntry {
  epoch: number;
  step: number;
  [figure: string]: number;
}

/** Where a training run stands; written to every checkpoint as `trainer_state.json`. @see transformers.TrainerState */
export interface TrainerState {
  /** Fractional: 1.5 is half-way through the second epoch. */
  epoch: number;
  /** Optimizer steps done so far. */
  globalStep: number;
  /** Optimizer steps of the whole run. */
  maxSteps: number;
  numTrainEpochs: number;
  /** Optimizer steps between two log entries, evaluations and checkpoints. */
  loggingSteps: number;
  evalSteps: number;
  saveSteps: number;
  /** Rows that go through the model at once; fewer than the argument where `autoFindBatchSize` has found so. */
  trainBatchSize: number;
  logHistory: LogEntry[];
  /** Tokens trained on; counted where `includeNumInputTokensSeen` asks for it. */
  numInputTokensSeen: number;
  bestMetric: number | null;
  bestGlobalStep: number | null;
  bestModelCheckpoint: string | null;
  /** What callbacks keep, by the names of their classes. */
  statefulCallbacks: Record<string, CallbackState | CallbackState[]>;
}

const FILE = "trainer_state.json";

/** The file's content; transformers writes some more. */
interface StateJson {
  best_global_step: number | null;
  best_metric: number | null;
  best_model_checkpoint: string | null;
  epoch: number;
  eval_steps: number;
  global_step: number;
  log_history: LogEntry[];
  logging_steps: number;
  max_steps: number;
  num_input_tokens_seen: number;
  num_train_epochs: number;
  save_steps: number;
  stateful_callbacks: Record<string, CallbackState | CallbackState[]>;
  train_batch_size: number | null;
}

/** What a state says of the run as a whole. */
export type RunFigures = Pick<
  TrainerState,
  "maxSteps" | "numTrainEpochs" | "loggingSteps" | "evalSteps" | "saveSteps" | "trainBatchSize"
>;

/** The state of a run before its first step. */
export function initialState(figures: RunFigures): TrainerState {
  return {
    ...figures,
    epoch: 0,
    globalStep: 0,
    logHistory: [],
    numInputTokensSeen: 0,
    bestMetric: null,
    bestGlobalStep: null,
    bestModelCheckpoint: null,
    statefulCallbacks: {},
  };
}

/** Writes `trainer_state.json` with transformers' names. */
export async function writeState(directory: string, state: TrainerState): Promise<void> {
  const json: StateJson = {
    best_global_step: state.bestGlobalStep,
    best_metric: state.bestMetric,
    best_model_checkpoint: state.bestModelCheckpoint,
    epoch: state.epoch,
    eval_steps: state.evalSteps,
    global_step: state.globalStep,
    log_history: state.logHistory,
    logging_steps: state.loggingSteps,
    max_steps: state.maxSteps,
    num_input_tokens_seen: state.numInputTokensSeen,
    num_train_epochs: state.numTrainEpochs,
    save_steps: state.saveSteps,
    stateful_callbacks: state.statefulCallbacks,
    train_batch_size: state.trainBatchSize,
  };
  await writeJson(path.join(directory, FILE), json);
}

/** @throws CheckpointError if the file is missing or lacks the number of steps */
export async function readState(directory: string): Promise<TrainerState> {
  const file = path.join(directory, FILE);
  const json = ((await readJson(file)) ?? {}) as Partial<StateJson>;
  if (!Number.isInteger(json.global_step) || !Array.isArray(json.log_history)) {
    throw new CheckpointError(`${file}: global_step or log_history is missing; it is no trainer state.`);
  }
  return {
    epoch: json.epoch ?? 0,
    globalStep: json.global_step as number,
    maxSteps: json.max_steps ?? 0,
    numTrainEpochs: json.num_train_epochs ?? 0,
    loggingSteps: json.logging_steps ?? 500,
    evalSteps: json.eval_steps ?? 500,
    saveSteps: json.save_steps ?? 500,
    trainBatchSize: json.train_batch_size ?? Infinity,
    logHistory: json.log_history,
    numInputTokensSeen: json.num_input_tokens_seen ?? 0,
    bestMetric: json.best_metric ?? null,
    bestGlobalStep: json.best_global_step ?? null,
    bestModelCheckpoint: json.best_model_checkpoint ?? null,
    statefulCallbacks: json.stateful_callbacks ?? {},
  };
}
