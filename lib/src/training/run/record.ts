import { digestFile } from "../../platform/crypto";
import { existsSync, readdir } from "../../platform/files";
import path from "../../platform/path";
import { readJson, writeJson } from "../../checkpoints/json";
import { CheckpointError } from "../../errors";
import type { RunningLossState } from "../step/running-loss";
import type { PlateauState } from "../schedules/reduce-lr-on-plateau";
import type { RunSetup } from "./setup";

/** What a checkpoint knows of its run beside transformers' `trainer_state.json`. */
export interface RunRecord {
  /** Which run it belongs to; a resumed one goes on under the same id. */
  runId: string;
  /** ISO 8601. */
  savedAt: string;
  setup: RunSetup;
  losses: RunningLossState;
  /** Where the learning rate stands, if it depends on evaluations. */
  plateau?: PlateauState;
  /** What an interrupt left to be done at this step. */
  pending: { evaluate: boolean; save: boolean };
  /** SHA-256 of every other file of the checkpoint, by its path in it. */
  files: Record<string, string>;
}

const FILE = "run.json";

/** Writes the record, the last of a checkpoint's files: it has the digests of the others. */
export async function writeRecord(folder: string, record: Omit<RunRecord, "files">): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    files[path.relative(folder, file).split(path.sep).join("/")] = await sha256(file);
  }
  await writeJson(path.join(folder, FILE), { ...record, files });
}

/** @returns undefined for a checkpoint that another program wrote @throws CheckpointError if it cannot be read */
export async function readRecord(checkpoint: string): Promise<RunRecord | undefined> {
  const file = path.join(checkpoint, FILE);
  if (!existsSync(file)) return undefined;
  const record = (await readJson(file)) as Partial<RunRecord> | null;
  const parts = [
    record?.setup,
    record?.losses?.recent,
    record?.losses?.total,
    record?.pending,
    record?.files,
  ];
  if (typeof record?.runId !== "string" || parts.some((part) => typeof part !== "object" || part === null)) {
    throw new CheckpointError(`${file}: is no record of a training run.`);
  }
  return record as RunRecord;
}

/** @throws CheckpointError that names the first file that is not what was saved */
export async function checkFiles(checkpoint: string, { files }: RunRecord): Promise<void> {
  for (const [name, digest] of Object.entries(files)) {
    const file = path.join(checkpoint, name);
    if (!existsSync(file)) throw new CheckpointError(`${file}: is missing; it was there when it was saved.`);
    if ((await sha256(file)) === digest) continue;
    throw new CheckpointError(`${file}: is not what was saved (its SHA-256 is another).`);
  }
}

const sha256 = (file: string): Promise<string> => digestFile(file, "sha256");
