import { ConfigError } from "../errors";
import type { TrainingArguments } from "./training-arguments";

/** The lengths of a run, in batches and optimizer steps. */
export interface Plan {
  /** Rows of a micro-batch, of all processes together. */
  batchSize: number;
  batchesPerEpoch: number;
  /** The last step of an epoch may have fewer micro-batches than the others. */
  stepsPerEpoch: number;
  /** Epochs begun; the last one may end early. */
  epochs: number;
  maxSteps: number;
  /** Optimizer steps between two log entries, evaluations and checkpoints. */
  intervals: Intervals;
}

export interface Intervals {
  logging: number;
  evaluation: number;
  saving: number;
}

/**
 * @param examples   rows of the training dataset
 * @param batchSize  rows of a micro-batch, of all processes together
 * @throws ConfigError if they do not fill one batch
 * @see transformers.Trainer.set_initial_training_values
 */
export function planRun(args: TrainingArguments, examples: number, batchSize: number): Plan {
  const batches = examples / batchSize;
  const batchesPerEpoch = args.dataloaderDropLast ? Math.floor(batches) : Math.ceil(batches);
  if (batchesPerEpoch === 0) {
    throw new ConfigError(
      `Trainer.train: ${examples} examples do not fill one batch of ${batchSize}; ` +
        "set dataloaderDropLast to false.",
    );
  }
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / args.gradientAccumulationSteps);
  const maxSteps = args.maxSteps > 0 ? args.maxSteps : Math.ceil(args.numTrainEpochs * stepsPerEpoch);
  // Below 1 they are shares of all steps. @see transformers.TrainerState.compute_steps
  const interval = (steps: number) => (steps < 1 ? Math.ceil(maxSteps * steps) : steps);
  const intervals = {
    logging: interval(args.loggingSteps),
    evaluation: interval(args.evalSteps),
    saving: interval(args.saveSteps),
  };
  const epochs = Math.ceil(maxSteps / stepsPerEpoch);
  return { batchSize, batchesPerEpoch, stepsPerEpoch, maxSteps, intervals, epochs };
}
