import { statSync } from "node:fs";
import path from "node:path";
import { EMBEDDED_CHECKPOINT, embeddedDirectory } from "../embedded";
import { CheckpointError } from "../errors";

/**
 * The folder of a checkpoint.
 *
 * @param nameOrDir  a folder, or the name of an embedded checkpoint; a folder of that name comes first
 * @returns an absolute path
 * @throws CheckpointError that says which names there are
 */
export function resolveCheckpoint(nameOrDir: string): string {
  const stats = statSync(nameOrDir, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return path.resolve(nameOrDir);
  if (stats) {
    const folder = path.dirname(nameOrDir);
    throw new CheckpointError(
      `${nameOrDir}: is a file; a checkpoint is a folder, so give ${folder} instead.`,
    );
  }
  const embedded = nameOrDir === EMBEDDED_CHECKPOINT ? embeddedDirectory(nameOrDir) : undefined;
  if (embedded !== undefined) return embedded;
  throw new CheckpointError(
    `${JSON.stringify(nameOrDir)} is neither a folder (looked for ${path.resolve(nameOrDir)}) nor an embedded ` +
      `checkpoint (there is: ${EMBEDDED_CHECKPOINT}). For a model of the Hugging Face Hub, download its folder ` +
      `and give the path.`,
  );
}
