import { ConfigError } from "../errors";
import { accuracy } from "./accuracy";
import { f1 } from "./f1";
import type { MetricInputs } from "./inputs";
import { matthewsCorrelation } from "./matthews-correlation";
import { pearsonr } from "./pearsonr";
import { spearmanr } from "./spearmanr";

const accuracyOnly = (inputs: MetricInputs) => ({ accuracy: accuracy(inputs) });
const accuracyAndF1 = (inputs: MetricInputs) => ({ accuracy: accuracy(inputs), f1: f1(inputs) });

/** What each task of GLUE is scored by, under Hugging Face's key names. @see Wang et al. 2018, table 1 */
const GLUE_TASKS = {
  cola: (inputs: MetricInputs) => ({ matthews_correlation: matthewsCorrelation(inputs) }),
  sst2: accuracyOnly,
  mrpc: accuracyAndF1,
  stsb: (inputs: MetricInputs) => ({ pearson: pearsonr(inputs), spearmanr: spearmanr(inputs) }),
  qqp: accuracyAndF1,
  mnli: accuracyOnly,
  mnli_matched: accuracyOnly,
  mnli_mismatched: accuracyOnly,
  qnli: accuracyOnly,
  rte: accuracyOnly,
  wnli: accuracyOnly,
} satisfies Record<string, (inputs: MetricInputs) => Record<string, number>>;

export type GlueTask = keyof typeof GLUE_TASKS;

/** @throws ConfigError if the task is none of GLUE's, listing those */
export function glueMetric(task: string | undefined): (inputs: MetricInputs) => Record<string, number> {
  if (task === undefined || !Object.hasOwn(GLUE_TASKS, task)) {
    const problem = task === undefined ? "it needs a task" : `unknown task ${JSON.stringify(task)}`;
    throw new ConfigError(
      `evaluate.load("glue"): ${problem}; GLUE's are ${Object.keys(GLUE_TASKS).join(", ")}.`,
    );
  }
  return GLUE_TASKS[task as GlueTask];
}
