import { EMBEDDED_DATASETS, embeddedDataset } from "../embedded";
import { DatasetError } from "../errors";

/**
 * The folder of an embedded dataset; undefined if none has this name.
 *
 * @throws DatasetError if the files did not come along
 */
export function embeddedDatasetFolder(name: string): string | undefined {
  if (!(EMBEDDED_DATASETS as readonly string[]).includes(name)) return undefined;
  const folder = embeddedDataset(name);
  if (folder !== undefined) return folder;
  throw new DatasetError(
    `The embedded dataset "${name}" is not here: the project's data/${name} folder is missing. ` +
      "Check the project out again, or give a folder of your own.",
  );
}
