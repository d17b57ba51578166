import path from "../../platform/path";
import { writeDirectoryAtomic } from "../../checkpoints/atomic-directory";
import type { StateDict } from "../../checkpoints/dtypes";
import { writeJson } from "../../checkpoints/json";
import { writeSafetensors } from "../../checkpoints/safetensors-writer";
import { checkpointName } from "../../checkpoints/training-checkpoints";
import type { Module } from "../../models/module";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { stateDictOf } from "../../models/state-dict";
import { writeState, type TrainerState } from "../state";
import type { TrainingArguments } from "../training-arguments";
import { writeRecord, type RunRecord } from "./record";
import { rotate } from "./rotate";

/** Anything that writes itself into a model directory: a tokenizer. */
export interface ProcessingClass {
  savePretrained(directory: string): Promise<unknown>;
}

/** What a checkpoint holds. */
export interface SavedRun {
  model: PreTrainedModel<object>;
  /** Trained beside the model, where the loss has parameters of its own. */
  criterion: Module | undefined;
  /** What the optimizer keeps of parameters. */
  optimizerState: () => StateDict | Promise<StateDict>;
  state: TrainerState;
  args: TrainingArguments;
  processingClass: ProcessingClass | undefined;
  record: Omit<RunRecord, "files" | "savedAt">;
}

export const OPTIMIZER_FILE = "optimizer.safetensors";
export const CRITERION_FILE = "criterion.safetensors";
export const ARGUMENTS_FILE = "training_args.json";

/** Where the checkpoint of the current step goes; spelt as `listCheckpoints` does. */
export function checkpointDirectory({ outputDir }: TrainingArguments, { globalStep }: TrainerState): string {
  return path.join(outputDir, checkpointName(globalStep));
}

/** The checkpoint that is being written last, by its folder. */
const writing = new Map<string, Promise<string>>();

/**
 * Writes `<outputDir>/checkpoint-<step>`, whole or not at all, then deletes those of the run beyond `saveTotalLimit`. Runs
 * that one signal has ended may have the same step in one folder: they write in turn.
 */
export async function saveRun(run: SavedRun): Promise<string> {
  const folder = path.resolve(checkpointDirectory(run.args, run.state));
  const before = writing.get(folder) ?? Promise.resolve();
  const own = before.then(
    () => write(run),
    () => write(run),
  );
  writing.set(folder, own);
  return await own.finally(() => {
    if (writing.get(folder) === own) writing.delete(folder);
  });
}

async function write(run: SavedRun): Promise<string> {
  const { model, criterion, optimizerState, state, args, processingClass, record } = run;
  const directory = checkpointDirectory(args, state);
  await writeDirectoryAtomic(directory, async (folder) => {
    await model.savePretrained(folder);
    await processingClass?.savePretrained(folder);
    if (criterion && learns(criterion)) {
      await writeSafetensors(path.join(folder, CRITERION_FILE), await stateDictOf(criterion));
    }
    if (!args.saveOnlyModel) {
      await writeSafetensors(path.join(folder, OPTIMIZER_FILE), await optimizerState());
    }
    await writeJson(path.join(folder, ARGUMENTS_FILE), args);
    await writeState(folder, state);
    await writeRecord(folder, { ...record, savedAt: new Date().toISOString() });
  });
  await rotate(args, { runId: record.runId, saved: directory, best: state.bestModelCheckpoint });
  return directory;
}

/** Whether a loss has parameters of its own. */
export const learns = (criterion: Module) => !criterion.namedParameters().next().done;
