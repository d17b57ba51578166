import { existsSync } from "node:fs";
import path from "node:path";

/** The `data/` folder of this project: the same distance away from `lib/src` and from `lib/dist`. */
const DATA_DIRECTORY = path.resolve(__dirname, "../../data");

/** The embedded datasets: reviews to learn from, and sentences that no template made to be tested on. */
export const EMBEDDED_DATASETS = ["reviews", "challenge"] as const;

/** The embedded checkpoints: a small pretrained BERT, and the configuration of a tiny one without weights. */
export const EMBEDDED_CHECKPOINTS = ["bert-3x384", "bert-tiny-reviews"] as const;

/** Folder of an embedded dataset, or undefined if none has this name. */
export const embeddedDataset = (name: string) => folderOf(name, EMBEDDED_DATASETS);

/** Folder of an embedded checkpoint, or undefined if none has this name. */
export const embeddedCheckpoint = (name: string) => folderOf(name, EMBEDDED_CHECKPOINTS);

function folderOf(name: string, names: readonly string[]): string | undefined {
  if (!names.includes(name)) return undefined;
  const directory = path.join(DATA_DIRECTORY, name);
  return existsSync(directory) ? directory : undefined;
}
