import { CheckpointError, HubError } from "../errors";
import type { HubOptions } from "../hub/settings";
import { openSnapshot, type Snapshot } from "../hub/snapshot";
import { convertAdvice, SENTENCE_PIECE_FILES } from "./sentence-piece-files";
import { readWeightMap } from "./sharded";
import { WEIGHT_FILE_NAMES } from "./state-dict";

/** What a caller needs of a checkpoint. */
export type CheckpointPart = "config" | "tokenizer" | "weights";

/**
 * Downloads those files of a model on the Hub that are needed, and no others.
 *
 * @param accept  asked when the configuration is there, before anything else is downloaded; what it throws ends the download
 * @returns the folder of its snapshot in the cache
 * @throws HubError; CheckpointError for a damaged index of shards
 */
export async function downloadCheckpoint(
  name: string,
  parts: readonly CheckpointPart[],
  options: HubOptions,
  accept?: (directory: string) => Promise<void>,
): Promise<string> {
  const snapshot = await openSnapshot({ repo: { type: "model", name }, ...options });
  for (const part of parts) {
    await DOWNLOADS[part](snapshot, name);
    if (part === "config") await accept?.(snapshot.folder);
  }
  return snapshot.folder;
}

/** A tokenizer, the best first. */
const TOKENIZER_FILES = ["tokenizer.json", "vocab.txt", "vocab.json"];

const DOWNLOADS: Record<CheckpointPart, (snapshot: Snapshot, name: string) => Promise<void>> = {
  async config(snapshot) {
    await snapshot.download("config.json");
  },

  /** What may be absent goes first, so that a tokenizer without its settings is never all that a killed process left. */
  async tokenizer(snapshot, name) {
    const settings = ["config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer_config.json"];
    for (const file of settings) if (snapshot.files.includes(file)) await snapshot.download(file);
    const pieces = SENTENCE_PIECE_FILES.find((file) => snapshot.files.includes(file));
    if (pieces !== undefined && !TOKENIZER_FILES.some((file) => snapshot.files.includes(file))) {
      throw new CheckpointError(`${name}: has no tokenizer.json. ${convertAdvice(pieces)}`);
    }
    const file = await downloadFirst(snapshot, TOKENIZER_FILES);
    if (file.endsWith("vocab.json")) await snapshot.download("merges.txt");
  },

  async weights(snapshot) {
    const file = await downloadFirst(snapshot, WEIGHT_FILE_NAMES);
    if (!file.endsWith(".index.json")) return;
    for (const shard of new Set((await readWeightMap(file)).values())) await snapshot.download(shard);
  },
};

/** The best of several files that there is. */
async function downloadFirst(snapshot: Snapshot, names: readonly string[]): Promise<string> {
  const best = names.find((name) => snapshot.files.includes(name));
  if (best !== undefined) return snapshot.download(best);
  try {
    return await snapshot.download(names[0]!); // says why there is none
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const message = `${error.message} Looked for ${names.join(", ")}.`;
    throw new HubError(message, error.reason, { cause: error });
  }
}
