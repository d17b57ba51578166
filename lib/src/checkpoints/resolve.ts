import { statSync } from "../platform/files";
import path from "../platform/path";
import { EMBEDDED_CHECKPOINTS, embeddedCheckpoint } from "../embedded";
import { CheckpointError, HubError } from "../errors";
import { isRepositoryName } from "../hub/repository";
import type { HubOptions } from "../hub/settings";
import { type CheckpointPart, downloadCheckpoint } from "./hub-checkpoint";

/**
 * The folder of a checkpoint: of this name, else embedded, else in the cache of the Hub, downloaded if need be.
 *
 * @param nameOrDir  a folder, the name of an embedded checkpoint, or of a model on the Hub ("bert-base-uncased")
 * @param parts      what is to be downloaded of a model on the Hub. Default: all that this library reads
 * @param options    revision, token, cache of the Hub; without meaning for a folder
 * @param accept    of a model on the Hub: asked when its configuration is there and its weights are not
 * @returns an absolute path
 * @throws CheckpointError that says which names there are; HubError if the Hub has no such model or cannot be asked
 * @example
 * const folder = await resolveCheckpoint("bert-base-uncased"); // a folder of the cache
 */
export async function resolveCheckpoint(
  nameOrDir: string,
  parts: readonly CheckpointPart[] = ["config", "tokenizer", "weights"],
  options: HubOptions = {},
  accept?: (directory: string) => Promise<void>,
): Promise<string> {
  const stats = statSync(nameOrDir, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return path.resolve(nameOrDir);
  if (stats) {
    const folder = path.dirname(nameOrDir);
    throw new CheckpointError(
      `${nameOrDir}: is a file; a checkpoint is a folder, so give ${folder} instead.`,
    );
  }
  const embedded = embeddedCheckpoint(nameOrDir);
  if (embedded !== undefined) return embedded;
  const notHere =
    `${JSON.stringify(nameOrDir)} is neither a folder (looked for ${path.resolve(nameOrDir)}) nor an embedded ` +
    `checkpoint (there are: ${EMBEDDED_CHECKPOINTS.join(", ")})`;
  if (!isRepositoryName(nameOrDir)) {
    throw new CheckpointError(`${notHere}, nor can it be the name of a model on the Hub.`);
  }
  try {
    return await downloadCheckpoint(nameOrDir, parts, options, accept);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const message = `${notHere}; from the Hub: ${error.message}`;
    throw new HubError(message, error.reason, { cause: error });
  }
}
