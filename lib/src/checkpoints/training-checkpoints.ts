import { existsSync, readdir } from "../platform/files";
import path from "../platform/path";
import { CheckpointError } from "../errors";
import { hasAdapter } from "./adapter";
import { hasWeights } from "./state-dict";
import { recoverInterruptedWrites } from "./temporaries";

/** A `checkpoint-<step>` folder of a training run. */
export interface TrainingCheckpoint {
  /** Optimizer steps done when it was written. */
  step: number;
  /** The output folder joined with `checkpoint-<step>`. */
  directory: string;
}

/** Name of the folder of a step's checkpoint, as in transformers. */
export function checkpointName(step: number): string {
  return `checkpoint-${step}`;
}

/**
 * The complete checkpoints of a training run, by ascending step. Complete is one with weights (of a model or an adapter) and a
 * `trainer_state.json`, which other programs write last. Before it looks, it cleans up after a killed writer.
 *
 * @param outputDir  the run's output folder; a missing one has no checkpoints
 * @example
 * for (const { step, directory } of await listCheckpoints("out/sentiment")) console.log(step, directory);
 */
export async function listCheckpoints(outputDir: string): Promise<TrainingCheckpoint[]> {
  if (!existsSync(outputDir)) return [];
  await recoverInterruptedWrites(outputDir);
  const checkpoints: TrainingCheckpoint[] = [];
  for (const entry of await foldersIn(outputDir)) {
    const step = /^checkpoint-(\d{1,15})$/.exec(entry)?.[1];
    const directory = path.join(outputDir, entry);
    if (step === undefined || !(hasWeights(directory) || hasAdapter(directory))) continue;
    if (!existsSync(path.join(directory, "trainer_state.json"))) continue;
    checkpoints.push({ step: Number(step), directory });
  }
  return checkpoints.sort((a, b) => a.step - b.step);
}

/**
 * Folder of the checkpoint with the most steps, to resume from.
 *
 * @returns undefined if there is none
 * @see transformers.trainer_utils.get_last_checkpoint
 * @example
 * const newest = await lastCheckpoint("out/sentiment"); // "out/sentiment/checkpoint-676"
 */
export async function lastCheckpoint(outputDir: string): Promise<string | undefined> {
  return (await listCheckpoints(outputDir)).at(-1)?.directory;
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch (error) {
    throw new CheckpointError(`${folder}: cannot be listed: ${(error as Error).message}`, { cause: error });
  }
}
