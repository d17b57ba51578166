import { ConfigError } from "../errors";
import type { TrainingArguments } from "./training-arguments";

/** The lengths of a run, in batches and optimizer steps. */
export interface Plan {
  batchesPerEpoch: number;
  /** The last step of an epoch may have fewer micro-batches than the others. */
  stepsPerEpoch: number;
  /** Epochs begun; the last one may end early. */
  epochs: number;
  maxSteps: number;
}

/**
 * @param examples  rows of the training dataset
 * @throws ConfigError if they do not fill one batch
 * @see transformers.Trainer.set_initial_training_values
 */
export function planRun(args: TrainingArguments, examples: number): Plan {
  const batches = examples / args.perDeviceTrainBatchSize;
  const batchesPerEpoch = args.dataloaderDropLast ? Math.floor(batches) : Math.ceil(batches);
  if (batchesPerEpoch === 0) {
    throw new ConfigError(
      `Trainer.train: ${examples} examples do not fill one batch of ${args.perDeviceTrainBatchSize}; ` +
        "set dataloaderDropLast to false.",
    );
  }
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / args.gradientAccumulationSteps);
  const maxSteps = args.maxSteps > 0 ? args.maxSteps : Math.ceil(args.numTrainEpochs * stepsPerEpoch);
  return { batchesPerEpoch, stepsPerEpoch, maxSteps, epochs: Math.ceil(maxSteps / stepsPerEpoch) };
}
