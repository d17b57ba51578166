import path from "node:path";
import { ConfigError } from "../../errors";
import type { Interrupts } from "../interrupts";

interface ActiveRun {
  interrupts: Interrupts;
  ended: Promise<unknown>;
}

/** What is being trained in this process, by output folder. */
const active = new Map<string, ActiveRun>();

/**
 * Runs `body` as the one run of an output folder. If the one before it was interrupted (a notebook's stop button ends the
 * cell at once, but the run has a step to finish and a checkpoint to write), waits for its end first.
 *
 * @throws ConfigError if another run is writing there that nobody has interrupted
 */
export async function asRunOf<T>(
  outputDir: string,
  interrupts: Interrupts,
  body: () => Promise<T>,
): Promise<T> {
  const folder = path.resolve(outputDir);
  for (let other = active.get(folder); other; other = active.get(folder)) {
    if (!other.interrupts.signal) {
      throw new ConfigError(
        `Trainer.train: another run is being trained into ${outputDir}. Wait for it, or choose another outputDir.`,
      );
    }
    await other.ended;
  }
  const running = body();
  const run = { interrupts, ended: running.catch(() => undefined) };
  active.set(folder, run);
  return await running.finally(() => active.delete(folder));
}
