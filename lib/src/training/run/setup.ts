import { createHash } from "../../platform/crypto";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { modelRows, withLabelNames, type TrainerDataset } from "../data-loader";
import { warn } from "../../notices";
import type { StoredRun } from "./resume";
import type { TrainingArguments } from "../training-arguments";

/** What has to be the same for a run to go on where it stopped, by the names under which messages tell it. */
export type RunSetup = Record<string, string | number | boolean | null>;

/** Under this name, rows of a micro-batch of all processes together. */
const BATCH = "perDeviceTrainBatchSize";

/** Rows that stand for all of a dataset in its digest. */
const SAMPLED_ROWS = 256;

/**
 * The rows of a micro-batch, of all processes together. A run that goes on with another number of them, and was not told otherwise,
 * keeps its batches.
 *
 * @param stored  what it goes on from
 */
export function batchSizeOf(
  { perDeviceTrainBatchSize }: TrainingArguments,
  processes: number,
  stored: StoredRun | undefined,
): number {
  const own = perDeviceTrainBatchSize * processes;
  const before = stored?.record?.setup[BATCH];
  if (typeof before !== "number" || before === own) return own;
  // Told otherwise, it cannot be the same run; that is said later.
  if (stored?.args[BATCH] !== perDeviceTrainBatchSize) return own;
  const now = processes === 1 ? "in one process" : `in ${processes} processes`;
  warn(`The run goes on ${now}, with batches of ${before} rows in all, as it was begun.`);
  return before;
}

/** @returns what the next step depends on beside weights and optimizer */
export function setupOf(
  model: PreTrainedModel<object>,
  args: TrainingArguments,
  dataset: TrainerDataset,
  batchSize: number,
): RunSetup {
  return {
    architecture: model.architecture,
    [BATCH]: batchSize,
    gradientAccumulationSteps: args.gradientAccumulationSteps,
    trainSamplingStrategy: args.trainSamplingStrategy,
    dataloaderDropLast: args.dataloaderDropLast,
    optim: args.optim,
    seed: args.seed,
    dataSeed: args.dataSeed,
    "rows of the training dataset": dataset.length,
    "content and order of the training dataset": digestOf(withLabelNames(dataset, args.labelNames)),
  };
}

/** A digest of rows spread evenly over a dataset, as far as the model reads them. */
function digestOf(dataset: TrainerDataset): string {
  const count = Math.min(dataset.length, SAMPLED_ROWS);
  const indices = Int32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.length) / count));
  const hash = createHash("sha256");
  for (const row of modelRows(dataset, indices)) {
    hash.update(
      JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    );
  }
  return hash.digest("hex").slice(0, 16);
}

/** "NAME is A here and was B" for each that differs; what a checkpoint does not tell is passed over. */
export function differences(now: RunSetup, then: RunSetup): string[] {
  return Object.entries(now)
    .filter(
      ([name, value]) => Object.hasOwn(then, name) && JSON.stringify(then[name]) !== JSON.stringify(value),
    )
    .map(([name, value]) => `${name} is ${JSON.stringify(value)} here and was ${JSON.stringify(then[name])}`);
}
