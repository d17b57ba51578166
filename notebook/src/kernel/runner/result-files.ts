import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { NotebookError } from "finetune-ts";
import { makeFolder } from "../whole-file";

/**
 * Makes sure, before anything is run, that results can be written into a folder, which is made if need be.
 *
 * @returns its absolute path
 * @throws {@link NotebookError} with the reason
 */
export function prepareFolder(folder: string): string {
  const path = resolve(folder);
  try {
    makeFolder(path);
    const probe = join(path, `.finetune-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === "EEXIST" || code === "ENOTDIR"
        ? "a file stands in its place"
        : code === "EACCES" || code === "EROFS" || code === "EPERM"
          ? "it cannot be written"
          : message;
    throw new NotebookError(
      `the results cannot go into ${path}: ${reason}. Choose another folder with --out DIR`,
      {
        cause,
      },
    );
  }
  return path;
}

/**
 * Writes into `folder`, or, should that fail after the run (a full disk, a folder that is gone), into a new
 * temporary one, so that what was computed is not lost.
 *
 * @returns the folder it went into
 */
export function writeSomewhere(folder: string, write: (folder: string) => void): string {
  try {
    write(folder);
    return folder;
  } catch (error) {
    const refuge = mkdtempSync(join(tmpdir(), "finetune-results-"));
    write(refuge);
    process.stderr.write(
      `${folder} cannot be written any more (${(error as Error).message}); see ${refuge}\n`,
    );
    return refuge;
  }
}
