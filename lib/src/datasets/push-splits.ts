import { mkdir, writeFile } from "../platform/files";
import path from "../platform/path";
import { pushToHub, type PushedCommit, type PushOptions } from "../hub/push";
import { checkSplitName } from "./saved-dataset";

/** What is sent of a dataset. */
interface Split {
  readonly numRows: number;
  toParquet(file: string): Promise<void>;
}

/**
 * Sends splits to a repository of the Hub, a parquet file each, which holds the features too, and a card that names them; Python's
 * `load_dataset` reads it.
 */
export async function pushSplits(
  name: string,
  splits: ReadonlyMap<string, Split>,
  options: PushOptions,
): Promise<PushedCommit> {
  for (const split of splits.keys()) checkSplitName(split, name);
  const fill = async (folder: string) => {
    await mkdir(path.join(folder, "data"));
    for (const [split, rows] of splits) {
      await rows.toParquet(path.join(folder, "data", `${split}-00000-of-00001.parquet`));
    }
    await writeFile(path.join(folder, "README.md"), await cardOf(name, splits));
  };
  return await pushToHub({ type: "dataset", name }, fill, { commitMessage: "Upload dataset", ...options });
}

/** The head of the card, by which loaders find the files of a split. @see datasets.Dataset.push_to_hub */
async function cardOf(name: string, splits: ReadonlyMap<string, Split>): Promise<string> {
  const { stringify } = await import("yaml");
  const entries = [...splits];
  const head = {
    dataset_info: { splits: entries.map(([split, { numRows }]) => ({ name: split, num_examples: numRows })) },
    configs: [
      {
        config_name: "default",
        data_files: entries.map(([split]) => ({ split, path: `data/${split}-*` })),
      },
    ],
  };
  return `---\n${stringify(head)}---\n\n# ${name.split("/").at(-1)}\n`;
}
