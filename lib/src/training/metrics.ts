import { ConfigError } from "../errors";
import { warn } from "../notices";
import type { Logs } from "./callbacks";
import type { EvaluationOutput } from "./evaluation-loop";
import type { TrainerOptions } from "./trainer-options";

/**
 * The figures of an evaluation: the loss, and where labels are known what `computeMetrics` makes of the scores.
 *
 * @param prefix  "eval" makes `eval_loss` of `loss`
 * @throws ConfigError if `computeMetrics` returns something else than numbers by name
 */
export async function metricsOf(
  prefix: string,
  { loss, logits, labelIds, counts, inputs, losses }: EvaluationOutput,
  computeMetrics: TrainerOptions["computeMetrics"],
): Promise<Logs> {
  const metrics: Logs = loss === undefined ? {} : { [`${prefix}_loss`]: loss };
  if (!labelIds || !computeMetrics) return metrics;
  const computed: unknown = await computeMetrics({
    ...{ predictions: logits, labelIds },
    ...(counts && { counts }),
    ...(inputs && { inputs }),
    ...(losses && { losses }),
  });
  if (typeof computed !== "object" || computed === null) {
    throw new ConfigError(
      `computeMetrics returned ${String(computed)}; it has to be an object of numbers by name.`,
    );
  }
  for (const [name, value] of Object.entries(computed) as [string, unknown][]) {
    if (typeof value !== "number") {
      throw new ConfigError(`computeMetrics: ${name} is ${JSON.stringify(value)}; it has to be a number.`);
    }
    metrics[`${prefix}_${name}`] = value;
  }
  return metrics;
}

/** Says of a figure that is no number that it is none. */
export function warnOfNonFinite(metrics: Logs, step: number): void {
  const [name, value] = Object.entries(metrics).find(([, value]) => !Number.isFinite(value)) ?? [];
  if (name === undefined) return;
  warn(`Evaluation at step ${step}: ${name} is ${value}. It does not count as best.`);
}
