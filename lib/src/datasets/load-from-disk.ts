import path from "../platform/path";
import { Dataset } from "./dataset";
import { DatasetDict } from "./dataset-dict";
import type { Row } from "./rows";
import { readSaved } from "./saved-dataset";
import { Table } from "./table";

/**
 * Reads what `saveToDisk` wrote, or Python's `save_to_disk`: a dataset, or the splits of one.
 *
 * @throws DatasetError, CheckpointError naming the file and what is wrong with it
 * @see datasets.load_from_disk
 * @example
 * await rawDatasets.saveToDisk("out/reviews");
 * const again = await loadFromDisk("out/reviews");
 */
export async function loadFromDisk<R extends Row = Row>(
  folder: string,
): Promise<Dataset<R> | DatasetDict<R>> {
  const saved = await readSaved(path.resolve(folder));
  if (saved instanceof Table) return new Dataset<R>(saved);
  return new DatasetDict<R>(
    Object.fromEntries(Array.from(saved, ([name, table]) => [name, new Dataset<R>(table)])),
  );
}
