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
  logHistory: LogEntry[];
  bestMetric: number | null;
  bestGlobalStep: number | null;
  bestModelCheckpoint: string | null;
}
