import path from "../../platform/path";
import { ConfigError } from "../../errors";
import type { Interrupts } from "../interrupts";
import type { TrainingArguments } from "../training-arguments";

interface ActiveRun {
  folder: string;
  /** Whether it writes checkpoints of its own accord. */
  saves: boolean;
  interrupts: Interrupts;
  ended: Promise<unknown>;
}

/** What is being trained in this process. */
const active = new Set<ActiveRun>();

/**
 * Runs `body`. If a run of the same output folder was interrupted (a notebook's stop button ends the cell at once, but the
 * run has a step to finish and a checkpoint to write), waits for its end first.
 *
 * @throws ConfigError if another run is writing checkpoints there, and this one would too; or if any is under way, of several
 *   processes: they could not tell whose gradients are whose
 */
export async function asActiveRun<T>(
  { outputDir, saveStrategy }: TrainingArguments,
  interrupts: Interrupts,
  body: () => Promise<T>,
): Promise<T> {
  const folder = path.resolve(outputDir);
  const saves = saveStrategy !== "no";
  const others = () => [...active].filter((other) => other.folder === folder);
  for (let stopped = others().find(isStopped); stopped; stopped = others().find(isStopped)) {
    await stopped.ended;
  }
  if (saves && others().some((other) => other.saves)) {
    throw new ConfigError(
      `Trainer.train: another run is being trained into ${outputDir}. Wait for it, or choose another outputDir.`,
    );
  }
  if (interrupts.isShared && active.size > 0) {
    throw new ConfigError(
      "Trainer.train: several processes train one run at a time; wait for the one before.",
    );
  }
  const running = body();
  const run: ActiveRun = { folder, saves, interrupts, ended: running.catch(() => undefined) };
  active.add(run);
  return await running.finally(() => active.delete(run));
}

const isStopped = ({ interrupts }: ActiveRun) => interrupts.own !== undefined;
