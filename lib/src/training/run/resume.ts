import { existsSync, stat } from "../../platform/files";
import path from "../../platform/path";
import type { StateDict } from "../../checkpoints/dtypes";
import { readJson } from "../../checkpoints/json";
import { readPytorchObject, type PytorchObject } from "../../checkpoints/pytorch-bin";
import { readSafetensors } from "../../checkpoints/safetensors";
import { listCheckpoints, type TrainingCheckpoint } from "../../checkpoints/training-checkpoints";
import { CheckpointError, ConfigError } from "../../errors";
import { onFirst } from "../../distributed/on-first";
import type { ProcessGroup } from "../../distributed/process-group";
import type { Module } from "../../models/module";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { checkStateDict, loadStateDictInto } from "../../models/state-dict";
import type { Optimizer } from "../optimizers/optimizer";
import { readState, type TrainerState } from "../state";
import type { TrainingArguments } from "../training-arguments";
import { optimizerStateOf } from "./pytorch-optimizer";
import { checkFiles, readRecord, type RunRecord } from "./record";
import { ARGUMENTS_FILE, CRITERION_FILE, learns, OPTIMIZER_FILE } from "./save";
import { differences, type RunSetup } from "./setup";
import { warn } from "../../notices";

/** As transformers writes it. */
const PYTORCH_OPTIMIZER_FILE = "optimizer.pt";

/** A checkpoint, read and found whole. */
export interface StoredRun {
  directory: string;
  state: TrainerState;
  /** Undefined where another program wrote the checkpoint. */
  record: RunRecord | undefined;
  /** As they were saved, by name; empty where they were not. */
  args: Record<string, unknown>;
  weights: StateDict;
  optimizer: StateDict | undefined;
  /** Its state as transformers writes it. */
  pytorchOptimizer: PytorchObject | undefined;
  criterion: StateDict | undefined;
}

/** Reads all of a checkpoint. @throws CheckpointError where part of it is missing or damaged */
export async function readRun(directory: string, model: PreTrainedModel<object>): Promise<StoredRun> {
  if (!existsSync(directory)) throw new CheckpointError(`${directory}: there is no such checkpoint.`);
  const state = await readState(directory);
  const record = await readRecord(directory);
  if (record) await checkFiles(directory, record);
  const tensorsOf = async (name: string) => {
    const file = path.join(directory, name);
    return existsSync(file) ? (await readSafetensors(file)).tensors : undefined;
  };
  const saved = path.join(directory, ARGUMENTS_FILE);
  const optimizer = await tensorsOf(OPTIMIZER_FILE);
  return {
    ...{ directory, state, record },
    args: existsSync(saved) ? ((await readJson(saved)) as Record<string, unknown>) : {},
    weights: await model.readStateDict(directory),
    optimizer,
    pytorchOptimizer: optimizer ? undefined : await readPytorchOptimizer(directory),
    criterion: await tensorsOf(CRITERION_FILE),
  };
}

/** `optimizer.pt`, if it is there and can be read; where it cannot, it is told. */
async function readPytorchOptimizer(directory: string): Promise<PytorchObject | undefined> {
  const file = path.join(directory, PYTORCH_OPTIMIZER_FILE);
  if (!existsSync(file)) return undefined;
  try {
    return await readPytorchObject(file);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    warn(`The optimizer's state is passed over: ${error.message}`);
    return undefined;
  }
}

/**
 * The run that `resumeFromCheckpoint` means: the given checkpoint's, or with `true` the newest that is whole of the run
 * that has saved last.
 *
 * @throws CheckpointError if there is none
 */
export async function findRun(
  request: string | true,
  outputDir: string,
  model: PreTrainedModel<object>,
): Promise<StoredRun> {
  if (request !== true) return await readRun(request, model);
  const checkpoints = await ofLatestRun(await listCheckpoints(outputDir));
  const passedOver: string[] = [];
  for (const { directory } of checkpoints.reverse()) {
    try {
      const run = await readRun(directory, model);
      passedOver.forEach((reason) => warn(`Passed over: ${reason}`));
      if (passedOver.length > 0) warn(`Resuming from ${directory}, the newest checkpoint that is whole.`);
      return run;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      passedOver.push(error.message);
    }
  }
  const why = passedOver.length > 0 ? ` Passed over: ${passedOver.join(" ")}` : "";
  throw new CheckpointError(`resumeFromCheckpoint: there is no complete checkpoint in ${outputDir}.${why}`);
}

/** As {@link findRun}, on all processes; the first one reads. */
export async function storedRun(
  group: ProcessGroup,
  request: string | boolean,
  { outputDir }: TrainingArguments,
  model: PreTrainedModel<object>,
): Promise<StoredRun | undefined> {
  if (!request) return undefined;
  return await onFirst(group, "the checkpoint to go on from", () => findRun(request, outputDir, model));
}

/** Of several runs in one folder, the checkpoints of the one that has saved last; ascending by step. */
async function ofLatestRun(checkpoints: TrainingCheckpoint[]): Promise<TrainingCheckpoint[]> {
  if (checkpoints.length === 0) return [];
  const known = await Promise.all(
    checkpoints.map(async (checkpoint) => {
      const { mtimeMs } = await stat(path.join(checkpoint.directory, "trainer_state.json"));
      const record = await readRecord(checkpoint.directory).catch(() => "damaged" as const);
      if (record === "damaged") return { checkpoint, isDamaged: true, runId: undefined, savedAt: 0 };
      return { checkpoint, runId: record?.runId, savedAt: record ? Date.parse(record.savedAt) : mtimeMs };
    }),
  );
  const latest = known.reduce((a, b) => (b.savedAt > a.savedAt ? b : a), known[0]!);
  // Whose the damaged ones are cannot be told; they are passed over, and it is said.
  return known
    .filter(({ runId, isDamaged }) => isDamaged || runId === latest.runId)
    .map(({ checkpoint }) => checkpoint);
}

/** What a run is made of that goes on. */
export interface ResumedParts {
  model: PreTrainedModel<object>;
  optimizer: Optimizer;
  criterion: Module | undefined;
  args: TrainingArguments;
  setup: RunSetup;
}

/**
 * Takes model and optimizer back to where a checkpoint stands: both, or neither.
 *
 * @throws CheckpointError if the weights are another model's; ConfigError that names what differs where the steps that
 *   follow could not be the run's
 */
export function restoreRun(run: StoredRun, { model, optimizer, criterion, args, setup }: ResumedParts): void {
  const { directory } = run;
  const differing = run.record ? differences(setup, run.record.setup) : [];
  if (differing.length > 0) {
    throw new ConfigError(
      `resumeFromCheckpoint: ${directory} belongs to a run that cannot go on like this: ${differing.join("; ")}. ` +
        `Use what it was begun with, or begin a new run from its weights: fromPretrained("${directory}").`,
    );
  }
  const trained = criterion && learns(criterion) ? criterion : undefined;
  if (trained && !run.criterion) throw new CheckpointError(`${directory}: has no ${CRITERION_FILE}.`);
  model.checkStateDict(run.weights, directory);
  if (trained) checkStateDict(trained, run.criterion!, path.join(directory, CRITERION_FILE));
  const optimizerState = stateFor(optimizer, run);
  if (!optimizerState) {
    warn(`${directory}: has no ${OPTIMIZER_FILE}; the optimizer begins anew.`);
  }
  mentionOtherArguments(run, args);
  model.loadStateDict(run.weights, directory);
  if (trained) loadStateDictInto(trained, run.criterion!, directory);
  if (optimizerState) optimizer.loadStateDict(optimizerState, directory);
}

/** What an optimizer goes on from; of transformers' checkpoints, only what fits. @throws CheckpointError if ours does not */
function stateFor(optimizer: Optimizer, run: StoredRun): StateDict | undefined {
  if (run.optimizer) {
    optimizer.checkStateDict(run.optimizer, path.join(run.directory, OPTIMIZER_FILE));
    return run.optimizer;
  }
  if (!run.pytorchOptimizer) return undefined;
  const file = path.join(run.directory, PYTORCH_OPTIMIZER_FILE);
  try {
    const state = optimizerStateOf(run.pytorchOptimizer, optimizer, file);
    optimizer.checkStateDict(state, file);
    return state;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    warn(`The optimizer's state is passed over: ${error.message}`);
    return undefined;
  }
}

/** Arguments that say where to, not how. */
const FREE = ["outputDir"];

/** Says which arguments are other ones than those saved; the new ones hold. */
function mentionOtherArguments({ directory, args: saved }: StoredRun, args: TrainingArguments): void {
  const now = JSON.parse(JSON.stringify(args)) as RunSetup;
  FREE.forEach((name) => delete now[name]);
  const differing = differences(now, saved as RunSetup);
  if (differing.length > 0) warn(`Resuming from ${directory} with other arguments: ${differing.join("; ")}.`);
}
