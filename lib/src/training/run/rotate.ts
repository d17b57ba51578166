import path from "../../platform/path";
import { removeDirectoryAtomic } from "../../checkpoints/temporaries";
import { listCheckpoints, type TrainingCheckpoint } from "../../checkpoints/training-checkpoints";
import type { TrainingArguments } from "../training-arguments";
import { readRecord } from "./record";
import { warn } from "../../notices";

/** The run that a checkpoint belongs to; undefined where that cannot be told. */
export async function runIdOf({ directory }: TrainingCheckpoint): Promise<string | undefined> {
  return (await readRecord(directory).catch(() => undefined))?.runId;
}

/** A run's own checkpoints among those of an output folder, oldest first. */
async function checkpointsOf(runId: string, outputDir: string): Promise<TrainingCheckpoint[]> {
  const all = await listCheckpoints(outputDir);
  const owners = await Promise.all(all.map(runIdOf));
  return all.filter((_, index) => owners[index] === runId);
}

/** Paths are compared as absolute ones: a resumed run may have got the best checkpoint under another spelling. */
const isAt = (directory: string | null) => {
  const wanted = directory === null ? undefined : path.resolve(directory);
  return (checkpoint: TrainingCheckpoint) => path.resolve(checkpoint.directory) === wanted;
};

/** Deletes a run's oldest checkpoints beyond `saveTotalLimit`, but never the one just saved nor the best. */
export async function rotate(
  { outputDir, saveTotalLimit }: TrainingArguments,
  { runId, saved, best }: { runId: string; saved: string; best: string | null },
): Promise<void> {
  if (saveTotalLimit === null || saveTotalLimit < 1) return;
  const checkpoints = await checkpointsOf(runId, outputDir);
  const isSaved = isAt(saved);
  const isBest = isAt(best);
  const deletable = checkpoints.filter((each) => !isSaved(each) && !isBest(each));
  const surplus = checkpoints.length - Math.max(saveTotalLimit, checkpoints.length - deletable.length);
  for (const { directory } of deletable.slice(0, Math.max(surplus, 0)))
    await removeDirectoryAtomic(directory);
}

/** Where one checkpoint is to be kept, the best one outlives the newest as soon as the run is over. */
export async function keepBestOnly(outputDir: string, runId: string, best: string): Promise<void> {
  const isBest = isAt(best);
  for (const checkpoint of await checkpointsOf(runId, outputDir)) {
    if (!isBest(checkpoint)) await removeDirectoryAtomic(checkpoint.directory);
  }
}

/** Says where an output folder holds what other runs have left: it is neither counted nor deleted. */
export async function mentionOtherRuns(outputDir: string, runId: string): Promise<void> {
  const all = await listCheckpoints(outputDir);
  const owners = await Promise.all(all.map(runIdOf));
  const others = all.filter((_, index) => owners[index] !== runId);
  if (others.length === 0) return;
  const names = others.map(({ directory }) => path.basename(directory));
  const shown =
    names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  warn(
    `${outputDir} holds checkpoints of another run (${shown}). They stay, and are not counted by saveTotalLimit; ` +
      "one of the same step is replaced. Choose another outputDir to keep the runs apart.",
  );
}
