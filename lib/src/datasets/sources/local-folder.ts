import { readdir } from "../../platform/files";
import path from "../../platform/path";
import { DatasetError } from "../../errors";
import type { FileSet } from "./file-set";

/** Nobody keeps a dataset of more files by accident; a home folder has more. */
const MOST_FILES = 100_000;

/** The files below a folder. Links to folders are not followed. @throws DatasetError if it cannot be listed */
export async function localFolder(folder: string): Promise<FileSet> {
  const paths: string[] = [];
  try {
    await list(folder, "", paths);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`${folder} cannot be listed: ${(error as Error).message}`, { cause: error });
  }
  const locate = (file: string) => path.join(folder, file);
  return {
    name: folder,
    isLocal: true,
    paths,
    fetch: (file) => Promise.resolve(locate(file)),
    describe: locate,
  };
}

async function list(folder: string, prefix: string, paths: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) await list(path.join(folder, entry.name), `${prefix}${entry.name}/`, paths);
    else if (entry.isFile() || entry.isSymbolicLink()) paths.push(prefix + entry.name);
    if (paths.length > MOST_FILES) {
      throw new DatasetError(
        `${folder} holds more than ${MOST_FILES} files. Give the folder of the dataset alone.`,
      );
    }
  }
}
