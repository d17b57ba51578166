import path from "node:path";
import { writeDirectoryAtomic } from "../checkpoints/atomic-directory";
import { writeJson } from "../checkpoints/json";
import { readSafetensors } from "../checkpoints/safetensors";
import { writeSafetensors } from "../checkpoints/safetensors-writer";
import { readStateDict } from "../checkpoints/state-dict";
import { removeDirectoryAtomic } from "../checkpoints/temporaries";
import { checkpointName, lastCheckpoint, listCheckpoints } from "../checkpoints/training-checkpoints";
import { CheckpointError } from "../errors";
import type { Module } from "../models/module";
import type { PreTrainedModel } from "../models/pretrained-model";
import { loadStateDictInto, stateDictOf } from "../models/state-dict";
import type { AdamW } from "./optimizer";
import { readState, writeState, type TrainerState } from "./state";
import type { TrainingArguments } from "./training-arguments";

/** Anything that writes itself into a model directory: a tokenizer. */
export interface ProcessingClass {
  savePretrained(directory: string): Promise<unknown>;
}

/** What a checkpoint holds. */
export interface TrainingRun {
  model: PreTrainedModel<object>;
  /** Trained beside the model, where the loss has parameters of its own. */
  criterion?: Module;
  optimizer: AdamW;
  state: TrainerState;
  args: TrainingArguments;
  processingClass?: ProcessingClass;
}

/** Where the checkpoint of the current step goes; spelt as `listCheckpoints` does. */
export function checkpointDirectory({ outputDir }: TrainingArguments, { globalStep }: TrainerState): string {
  return path.join(outputDir, checkpointName(globalStep));
}

const OPTIMIZER_FILE = "optimizer.safetensors";
const CRITERION_FILE = "criterion.safetensors";

/** Writes `<outputDir>/checkpoint-<step>`, whole or not at all, then deletes those beyond `saveTotalLimit`. */
export async function saveRun(run: TrainingRun): Promise<string> {
  const { model, criterion, optimizer, state, args, processingClass } = run;
  const directory = checkpointDirectory(args, state);
  await writeDirectoryAtomic(directory, async (folder) => {
    await model.savePretrained(folder);
    await processingClass?.savePretrained(folder);
    if (criterion && learns(criterion)) {
      await writeSafetensors(path.join(folder, CRITERION_FILE), await stateDictOf(criterion));
    }
    await writeSafetensors(path.join(folder, OPTIMIZER_FILE), await optimizer.stateDict());
    await writeJson(path.join(folder, "training_args.json"), args);
    await writeState(folder, state);
  });
  await rotate(args, state);
  return directory;
}

/** Whether a loss has parameters of its own. */
const learns = (criterion: Module) => !criterion.namedParameters().next().done;

/** Oldest first; the best one and the newest one stay. */
async function rotate({ outputDir, saveTotalLimit }: TrainingArguments, state: TrainerState): Promise<void> {
  if (saveTotalLimit === null || saveTotalLimit < 1) return;
  const checkpoints = await listCheckpoints(outputDir);
  // A resumed run may have got the best checkpoint under another spelling of the same path.
  const best = state.bestModelCheckpoint && path.resolve(state.bestModelCheckpoint);
  const newest = checkpoints.at(-1);
  const deletable = checkpoints.filter((each) => each !== newest && path.resolve(each.directory) !== best);
  const surplus = checkpoints.length - Math.max(saveTotalLimit, checkpoints.length - deletable.length);
  for (const { directory } of deletable.slice(0, Math.max(surplus, 0)))
    await removeDirectoryAtomic(directory);
}

/** Where one checkpoint is to be kept, the best one outlives the newest as soon as the run is over. */
export async function keepBestOnly({ outputDir }: TrainingArguments, best: string): Promise<void> {
  for (const { directory } of await listCheckpoints(outputDir)) {
    if (path.resolve(directory) !== path.resolve(best)) await removeDirectoryAtomic(directory);
  }
}

/** Takes model, optimizer and state back to where a checkpoint stands. @returns the state */
export async function loadRun(
  directory: string,
  model: PreTrainedModel<object>,
  optimizer: AdamW,
  criterion?: Module,
): Promise<TrainerState> {
  const state = await readState(directory);
  model.loadStateDict(await readStateDict(directory), directory);
  if (criterion && learns(criterion)) {
    const saved = path.join(directory, CRITERION_FILE);
    loadStateDictInto(criterion, (await readSafetensors(saved)).tensors, saved);
  }
  const file = path.join(directory, OPTIMIZER_FILE);
  optimizer.loadStateDict((await readSafetensors(file)).tensors, file);
  return state;
}

/**
 * The checkpoint that `resumeFromCheckpoint` means: the given one, or the newest for `true`.
 *
 * @throws CheckpointError if there is none
 */
export async function checkpointToResume(request: string | true, outputDir: string): Promise<string> {
  const found = request === true ? await lastCheckpoint(outputDir) : request;
  if (found === undefined) {
    throw new CheckpointError(`resumeFromCheckpoint: there is no complete checkpoint in ${outputDir}.`);
  }
  return found;
}
