import { existsSync } from "node:fs";
import path from "node:path";

/** The `data/` folder of this project: the same distance away from `lib/src` and from `lib/dist`. */
const DATA_DIRECTORY = path.resolve(__dirname, "../../data");

/** The embedded dataset of reviews: `loadDataset("reviews")`. */
export const EMBEDDED_DATASET = "reviews";

/** The embedded small BERT: `fromPretrained("bert-tiny-reviews")`. */
export const EMBEDDED_CHECKPOINT = "bert-tiny-reviews";

/** Folder of an embedded dataset or checkpoint, or undefined if none has this name. */
export function embeddedDirectory(name: string): string | undefined {
  if (name !== EMBEDDED_DATASET && name !== EMBEDDED_CHECKPOINT) return undefined;
  const directory = path.join(DATA_DIRECTORY, name);
  return existsSync(directory) ? directory : undefined;
}
