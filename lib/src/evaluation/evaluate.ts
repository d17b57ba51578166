import { ConfigError } from "../errors";
import { accuracy } from "./accuracy";
import { confusionMatrix, type ConfusionMatrixOptions } from "./confusion-matrix";
import { f1, type F1Options } from "./f1";
import { glueMetric, type GlueTask } from "./glue";
import type { MetricInputs } from "./inputs";
import { matthewsCorrelation } from "./matthews-correlation";
import { pearsonr } from "./pearsonr";
import { spearmanr } from "./spearmanr";

/** A loaded metric. `Options` are those that its `compute` takes beside predictions and references. */
export interface Metric<Result = Record<string, number>, Options = unknown> {
  /** Its name, such as `glue/sst2`. */
  readonly name: string;
  /**
   * Compares predictions with references.
   *
   * @returns a plain object under Hugging Face's key names, such as `{ accuracy: 0.92 }`
   * @throws ConfigError if the lengths differ, nothing is given, or labels are no integers
   */
  compute(inputs: MetricInputs & Options): Result;
}

/** The metrics by name, each with its key names. */
const METRICS = {
  accuracy: (inputs: MetricInputs) => ({ accuracy: accuracy(inputs) }),
  f1: (inputs: MetricInputs & F1Options) => ({ f1: f1(inputs, inputs) }),
  matthews_correlation: (inputs: MetricInputs) => ({ matthews_correlation: matthewsCorrelation(inputs) }),
  pearsonr: (inputs: MetricInputs) => ({ pearsonr: pearsonr(inputs) }),
  spearmanr: (inputs: MetricInputs) => ({ spearmanr: spearmanr(inputs) }),
  confusion_matrix: (inputs: MetricInputs & ConfusionMatrixOptions) => ({
    confusion_matrix: confusionMatrix(inputs, inputs),
  }),
};

/**
 * Loads a metric by name, as Hugging Face's `evaluate.load` does; all of them are built in.
 *
 * @param name `accuracy`, `f1`, `matthews_correlation`, `pearsonr`, `spearmanr`, `confusion_matrix`, or `glue`
 * @param task with `glue`, whose figures: `sst2`, `cola`, `mrpc`, …
 * @throws ConfigError if there is no such metric or task, listing those that there are
 * @see evaluate.load
 */
async function load(name: "glue", task: GlueTask): Promise<Metric>;
async function load(name: "f1"): Promise<Metric<Record<string, number>, F1Options>>;
async function load(
  name: "confusion_matrix",
): Promise<Metric<{ confusion_matrix: number[][] }, ConfusionMatrixOptions>>;
async function load(name: string, task?: string): Promise<Metric>;
// Nothing has to wait today; it is a promise so that a metric may come from a file or the network one day.
// eslint-disable-next-line @typescript-eslint/require-await
async function load(name: string, task?: string): Promise<Metric<unknown>> {
  if (name === "glue") return { name: `glue/${task}`, compute: glueMetric(task) };
  if (!Object.hasOwn(METRICS, name)) {
    const known = [...Object.keys(METRICS), "glue"].join(", ");
    throw new ConfigError(`evaluate.load: unknown metric ${JSON.stringify(name)}; known are ${known}.`);
  }
  return { name, compute: METRICS[name as keyof typeof METRICS] };
}

/** Metrics, as in Hugging Face's `evaluate`: `const metric = await evaluate.load("glue", "sst2")`. */
export const evaluate = { load };
