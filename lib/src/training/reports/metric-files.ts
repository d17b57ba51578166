import { existsSync, mkdir } from "../../platform/files";
import path from "../../platform/path";
import { readJson, writeJson } from "../../checkpoints/json";
import type { Logs } from "../callbacks";

/** The figures of a stage, in columns: what `logMetrics` prints. @see transformers.Trainer.log_metrics */
export function describeMetrics(split: string, metrics: Logs): string {
  const rows = Object.entries(metrics)
    .map(([name, value]) => [name, formatted(name, value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const widest = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [names, values] = [widest(0), widest(1)];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(names)} = ${value.padStart(values)}`);
  return [`***** ${split} metrics *****`, ...lines].join("\n");
}

/**
 * Writes `<split>_results.json`, and adds the figures to `all_results.json`.
 *
 * @see transformers.Trainer.save_metrics
 */
export async function writeMetrics(
  folder: string,
  split: string,
  metrics: Logs,
  combined: boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeJson(path.join(folder, `${split}_results.json`), sorted(metrics));
  if (!combined) return;
  const file = path.join(folder, "all_results.json");
  const before = existsSync(file) ? ((await readJson(file)) as Logs) : {};
  await writeJson(file, sorted({ ...before, ...metrics }));
}

function formatted(name: string, value: number): string {
  if (!name.endsWith("_runtime")) return String(Number(value.toFixed(4)));
  const [hours, minutes] = [Math.floor(value / 3600), Math.floor(value / 60) % 60];
  return `${hours}:${String(minutes).padStart(2, "0")}:${(value % 60).toFixed(2).padStart(5, "0")}`;
}

const sorted = (metrics: Logs): Logs =>
  Object.fromEntries(Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1)));
