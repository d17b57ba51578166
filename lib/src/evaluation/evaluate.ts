import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { accuracy } from "./accuracy";
import { AVERAGE_OPTIONS, type AverageOptions } from "./averages";
import { combineMetrics } from "./combine";
import { CONFUSION_MATRIX_OPTIONS, confusionMatrix, type ConfusionMatrixOptions } from "./confusion-matrix";
import { f1 } from "./f1";
import { glueMetric, type GlueTask } from "./glue";
import type { MetricInputs } from "./inputs";
import { matthewsCorrelation } from "./matthews-correlation";
import { pearsonr } from "./pearsonr";
import { precision } from "./precision";
import { recall } from "./recall";
import { ROC_AUC_OPTIONS, rocAuc, type RocAucInputs, type RocAucOptions } from "./roc-auc";
import {
  seqeval,
  SEQEVAL_OPTIONS,
  type SeqevalInputs,
  type SeqevalOptions,
  type SeqevalResult,
} from "./seqeval";
import { spearmanr } from "./spearmanr";
import {
  squadV2,
  SQUAD_V2_OPTIONS,
  type SquadV2Inputs,
  type SquadV2Options,
  type SquadV2Result,
} from "./squad-v2";
import { squad, type SquadInputs, type SquadResult } from "./squad";

/** A loaded metric. `Inputs` is what its `compute` takes. */
export interface Metric<Result = Record<string, number>, Options = unknown, Inputs = MetricInputs> {
  /** Its name, such as `glue/sst2`. */
  readonly name: string;
  /** What `compute` takes: inputs and options. */
  readonly inputNames: readonly string[];
  /**
   * Compares predictions with references.
   *
   * @returns a plain object under Hugging Face's key names, such as `{ accuracy: 0.92 }`
   * @throws ConfigError if the lengths differ, nothing is given, labels are no integers, or an option does not exist
   */
  compute(inputs: Inputs & Options): Result;
}

interface Definition {
  /** Beside predictions and references, or in their place. */
  options?: readonly string[];
  inputs?: readonly string[];
  compute(inputs: never): Record<string, unknown>;
}

const LABELS = ["predictions", "references"];

/** The metrics by name, each with its key names. */
const METRICS = {
  accuracy: { compute: (inputs: MetricInputs) => ({ accuracy: accuracy(inputs) }) },
  f1: {
    options: AVERAGE_OPTIONS,
    compute: (inputs: MetricInputs & AverageOptions) => ({ f1: f1(inputs, inputs) }),
  },
  precision: {
    options: AVERAGE_OPTIONS,
    compute: (inputs: MetricInputs & AverageOptions) => ({ precision: precision(inputs, inputs) }),
  },
  recall: {
    options: AVERAGE_OPTIONS,
    compute: (inputs: MetricInputs & AverageOptions) => ({ recall: recall(inputs, inputs) }),
  },
  roc_auc: {
    inputs: ["predictionScores", "references"],
    options: ROC_AUC_OPTIONS,
    compute: (inputs: RocAucInputs & RocAucOptions) => ({ roc_auc: rocAuc(inputs, inputs) }),
  },
  matthews_correlation: {
    compute: (inputs: MetricInputs) => ({ matthews_correlation: matthewsCorrelation(inputs) }),
  },
  pearsonr: { compute: (inputs: MetricInputs) => ({ pearsonr: pearsonr(inputs) }) },
  spearmanr: { compute: (inputs: MetricInputs) => ({ spearmanr: spearmanr(inputs) }) },
  seqeval: {
    options: SEQEVAL_OPTIONS,
    compute: (inputs: SeqevalInputs & SeqevalOptions) => seqeval(inputs, inputs),
  },
  squad: { compute: (inputs: SquadInputs) => squad(inputs) },
  squad_v2: {
    options: SQUAD_V2_OPTIONS,
    compute: (inputs: SquadV2Inputs & SquadV2Options) => squadV2(inputs, inputs),
  },
  confusion_matrix: {
    options: CONFUSION_MATRIX_OPTIONS,
    compute: (inputs: MetricInputs & ConfusionMatrixOptions) => ({
      confusion_matrix: confusionMatrix(inputs, inputs),
    }),
  },
} satisfies Record<string, Definition>;

type AnyMetric = Metric<Record<string, unknown>, unknown, Record<string, unknown>>;

/** A metric that refuses what it does not know. */
function metricOf(name: string, definition: Definition): AnyMetric {
  const { inputs = LABELS, options = [] } = definition;
  const inputNames = [...inputs, ...options];
  return {
    name,
    inputNames,
    compute(given) {
      refuseUnknownOptions(name, given, inputNames);
      return definition.compute(given as never);
    },
  };
}

/**
 * Loads a metric by name, as Hugging Face's `evaluate.load` does; all of them are built in.
 *
 * @param name `accuracy`, `f1`, `precision`, `recall`, `roc_auc`, `matthews_correlation`, `pearsonr`, `spearmanr`,
 *   `confusion_matrix`, `seqeval`, `squad`, `squad_v2`, or `glue`
 * @param task with `glue`, whose figures: `sst2`, `cola`, `mrpc`, …
 * @throws ConfigError if there is no such metric or task, listing those that there are
 * @see evaluate.load
 */
async function load(name: "glue", task: GlueTask): Promise<Metric>;
async function load(
  name: "f1" | "precision" | "recall",
): Promise<Metric<Record<string, number>, AverageOptions>>;
async function load(name: "roc_auc"): Promise<Metric<{ roc_auc: number }, RocAucOptions, RocAucInputs>>;
async function load(
  name: "confusion_matrix",
): Promise<Metric<{ confusion_matrix: number[][] }, ConfusionMatrixOptions>>;
async function load(name: "seqeval"): Promise<Metric<SeqevalResult, SeqevalOptions, SeqevalInputs>>;
async function load(name: "squad"): Promise<Metric<SquadResult, unknown, SquadInputs>>;
async function load(name: "squad_v2"): Promise<Metric<SquadV2Result, SquadV2Options, SquadV2Inputs>>;
async function load(name: string, task?: string): Promise<Metric>;
// Nothing has to wait today; it is a promise so that a metric may come from a file or the network one day.
// eslint-disable-next-line @typescript-eslint/require-await
async function load(name: string, task?: string): Promise<unknown> {
  if (name === "glue") return metricOf(`glue/${task}`, { compute: glueMetric(task) });
  if (!Object.hasOwn(METRICS, name)) {
    const known = [...Object.keys(METRICS), "glue"].join(", ");
    throw new ConfigError(`evaluate.load: unknown metric ${JSON.stringify(name)}; known are ${known}.`);
  }
  return metricOf(name, METRICS[name as keyof typeof METRICS]);
}

/** A metric, or the name of one. */
type MetricOrName =
  string | (Pick<Metric<unknown>, "name" | "inputNames"> & { compute(inputs: never): unknown });

/**
 * Several metrics as one.
 *
 * @param metrics  names or loaded metrics; as an object, its keys stand before the names of the figures
 * @returns a metric with the figures of all; what `compute` is given goes to those that take it
 * @throws ConfigError for an unknown metric
 * @see evaluate.combine
 * @example
 * const metric = await evaluate.combine(["accuracy", "f1", "precision", "recall"]);
 */
async function combine(
  metrics: readonly MetricOrName[] | Readonly<Record<string, MetricOrName>>,
): Promise<Metric<Record<string, number>, AverageOptions>> {
  const loaded = async (metric: MetricOrName) =>
    (typeof metric === "string" ? await load(metric) : metric) as unknown as AnyMetric;
  const parts: { metric: AnyMetric; prefix?: string }[] = [];
  if (Array.isArray(metrics)) {
    for (const metric of metrics as readonly MetricOrName[]) parts.push({ metric: await loaded(metric) });
  } else {
    for (const [prefix, metric] of Object.entries(metrics as Readonly<Record<string, MetricOrName>>)) {
      parts.push({ metric: await loaded(metric), prefix });
    }
  }
  if (parts.length === 0) throw new ConfigError("evaluate.combine: give at least one metric.");
  const combined = {
    name: parts.map(({ metric }) => metric.name).join("+"),
    inputNames: [...new Set(parts.flatMap(({ metric }) => metric.inputNames))],
    compute: combineMetrics(parts),
  };
  return combined as unknown as Metric<Record<string, number>, AverageOptions>;
}

/**
 * Metrics, as in Hugging Face's `evaluate`: `const metric = await evaluate.load("glue", "sst2")`.
 *
 * @example
 * const metric = await evaluate.load("glue", "sst2");
 * metric.compute({ predictions: [1, 0, 1], references: [1, 0, 0] }); // { accuracy: 0.667 }
 */
export const evaluate = { load, combine };
