import { ConfigError, wilsonInterval } from "finetune-ts";
import { count, percent } from "../numbers";
import type { RunAccuracy } from "../plots/runs";
import { listed, type Prose, prose } from "./prose";

/**
 * Which run was the best, and which others so few rows cannot tell from it.
 *
 * @param rows  that each run was evaluated on
 * @throws ConfigError if there are no runs
 * @example
 * display(runsFindings([{ name: "1e-4", accuracy: 0.84 }, { name: "1e-2", accuracy: 0.48 }], { rows: 450 }));
 */
export function runsFindings(runs: readonly RunAccuracy[], { rows }: { rows: number }): Prose {
  const [best, ...others] = [...runs].sort((a, b) => b.accuracy - a.accuracy);
  if (!best) throw new ConfigError("runsFindings: there are no runs.");
  const quoted = ({ name }: RunAccuracy) => `"${name}"`;
  const [low] = wilsonInterval(best.accuracy * rows, rows);
  const reach = ({ accuracy }: RunAccuracy) => wilsonInterval(accuracy * rows, rows)[1];
  const near = others.filter((run) => reach(run) >= low).map(quoted);
  const far = others.filter((run) => reach(run) < low).map(quoted);
  return prose([
    `The best run was "${best.name}", with ${percent(best.accuracy)} of ${count(rows)} sentences right.`,
    ...(near.length > 0
      ? [
          `Its interval overlaps with those of ${listed(near)}: from one run each, these cannot be told apart.`,
        ]
      : []),
    ...(far.length > 0 ? [`Behind it beyond doubt: ${listed(far)}.`] : []),
  ]);
}
