import { OutOfMemoryError } from "../../errors";
import type { BatchTooLargeError } from "./backward";
import type { TrainingArguments } from "../training-arguments";

/**
 * What a batch that does not fit into memory is told as: with what would fit.
 *
 * @param step     under way, from 1
 * @param fitting  rows of it that have been tried and do fit; 0: not even one does
 */
export function describeTooLarge(
  error: BatchTooLargeError,
  { step, fitting, args }: { step: number; fitting: number; args: TrainingArguments },
): OutOfMemoryError {
  const { rows, length } = error.batch;
  const what = `Step ${step}: a batch of ${rows} rows of up to ${length} tokens does not fit into memory.`;
  const parts = Math.ceil(args.perDeviceTrainBatchSize / fitting) * args.gradientAccumulationSteps;
  const advice =
    fitting > 0
      ? `${fitting} of its rows do: with perDeviceTrainBatchSize ${fitting} and gradientAccumulationSteps ${parts} a step ` +
        "has as many rows as now, and autoFindBatchSize: true finds that out by itself."
      : `Not even one of its rows does: truncate texts to fewer tokens, or train a smaller model, or less of it.`;
  return new OutOfMemoryError(
    `${what} ${advice} The weights are those before this step. (${error.cause.message})`,
    { cause: error },
  );
}
