import { DatasetError } from "../errors";
import { EMBEDDED_DATASET, embeddedDirectory } from "../embedded";

/** Names under which a dataset comes with this project. */
export const EMBEDDED_DATASETS: readonly string[] = [EMBEDDED_DATASET];

/**
 * The folder of an embedded dataset, in GLUE's layout; undefined if none has this name.
 *
 * @throws DatasetError if the files did not come along
 */
export function embeddedDatasetFolder(name: string): string | undefined {
  if (!EMBEDDED_DATASETS.includes(name)) return undefined;
  const folder = embeddedDirectory(name);
  if (folder !== undefined) return folder;
  throw new DatasetError(
    `The embedded dataset "${name}" is not here: the project's data/${name} folder is missing. ` +
      "Check the project out again, or give a folder of your own.",
  );
}
