import { ConfigError } from "../errors";
import { nearNames } from "../near-names";

/** What {@link combine} knows of a metric. */
export interface CombinedMetric {
  name: string;
  /** What its `compute` takes. */
  inputNames: readonly string[];
  compute(inputs: Record<string, unknown>): Record<string, unknown>;
}

/**
 * Several metrics as one, whose figures stand side by side. Where two have the same name, their metric's stands before it.
 *
 * @param metrics  each with what its figures shall begin with; without, they begin so only where need be
 * @see evaluate.combine
 */
export function combineMetrics(
  metrics: readonly { metric: CombinedMetric; prefix?: string }[],
): (inputs: Record<string, unknown>) => Record<string, unknown> {
  const inputNames = [...new Set(metrics.flatMap(({ metric }) => metric.inputNames))];
  return (inputs) => {
    const unknown = Object.keys(inputs).find((name) => !inputNames.includes(name));
    if (unknown !== undefined) {
      const [near] = nearNames(unknown, inputNames);
      const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
      throw new ConfigError(
        `evaluate.combine: none of the metrics takes '${unknown}'; they take ${inputNames.join(", ")}.${hint}`,
      );
    }
    const results = metrics.map(({ metric }) => {
      const own = metric.inputNames.filter((name) => Object.hasOwn(inputs, name));
      return metric.compute(Object.fromEntries(own.map((name) => [name, inputs[name]])));
    });
    return merged(metrics, results);
  };
}

function merged(
  metrics: readonly { metric: CombinedMetric; prefix?: string }[],
  results: readonly Record<string, unknown>[],
): Record<string, unknown> {
  const names = metrics.map(({ metric, prefix }) => prefix ?? metric.name);
  const keys = results.flatMap((result) => Object.keys(result));
  const isRepeated = (list: readonly string[], name: string) => list.indexOf(name) !== list.lastIndexOf(name);
  const entries = results.flatMap((result, i) => {
    const name = names[i]!;
    const number = names.slice(0, i).filter((other) => other === name).length;
    const before = isRepeated(names, name) ? `${name}_${number}` : name;
    return Object.entries(result).map(([key, value]): [string, unknown] => {
      return [metrics[i]!.prefix !== undefined || isRepeated(keys, key) ? `${before}_${key}` : key, value];
    });
  });
  return Object.fromEntries(entries);
}
