import { existsSync } from "./platform/files";
import path from "./platform/path";

/** Beside the built library, which comes as a package; a library that runs from its sources takes the project's own. */
const DATA_DIRECTORIES = [path.resolve(__dirname, "data"), path.resolve(__dirname, "../../data")];

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
  return DATA_DIRECTORIES.map((directory) => path.join(directory, name)).find(existsSync);
}
