import { createHash } from "node:crypto";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { modelRows, withLabelNames, type TrainerDataset } from "../data-loader";
import type { TrainingArguments } from "../training-arguments";

/** What has to be the same for a run to go on where it stopped, by the names under which messages tell it. */
export type RunSetup = Record<string, string | number | boolean | null>;

/** Rows that stand for all of a dataset in its digest. */
const SAMPLED_ROWS = 256;

/** @returns what the next step depends on beside weights and optimizer */
export function setupOf(
  model: PreTrainedModel<object>,
  args: TrainingArguments,
  dataset: TrainerDataset,
): RunSetup {
  return {
    architecture: model.architecture,
    perDeviceTrainBatchSize: args.perDeviceTrainBatchSize,
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
