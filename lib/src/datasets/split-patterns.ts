/** Words in names of files or folders that tell the split, as in Python's `datasets`. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  train: ["train", "training"],
  validation: ["validation", "valid", "dev", "val"],
  test: ["test", "testing", "eval", "evaluation"],
};

/** `data/train-00000-of-00001.parquet`: any name of a split may stand there. */
const SHARDED = /^data\/(?<split>\w+(?:[.\w-]*\w)?)-\d{5}-of-\d{5}[^/]*\.[^/]*$/;

/** What may stand before and after a keyword. */
const SEPARATOR = "[-._ 0-9]";

/** Files that describe a dataset and are no data. */
const NO_DATA = new Set(["config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json"]);

/** Whether a path is one that `datasets` passes over: descriptions, and hidden files and folders. */
export function isPassedOver(path: string): boolean {
  const parts = path.split("/");
  return NO_DATA.has(parts.at(-1)!) || parts.some((part) => part.startsWith(".") || part.startsWith("__"));
}

/**
 * Which files are which split, by their names: `data/<split>-00000-of-00001.*` first; else a keyword as a folder's name,
 * else one in a file's name, as a word of its own; else all files are the split "train".
 *
 * @param paths relative to the dataset, with "/" between folders
 * @returns files of each split in alphabetical order; train, validation, test first
 * @see datasets.data_files.get_data_patterns
 */
export function splitsByName(paths: readonly string[]): Map<string, string[]> {
  const files = [...paths].sort((a, b) => (a < b ? -1 : 1));
  const sharded = new Map<string, string[]>();
  for (const file of files) {
    const split = SHARDED.exec(file)?.groups?.split;
    if (split !== undefined) sharded.set(split, [...(sharded.get(split) ?? []), file]);
  }
  if (sharded.size > 0) return inUsualOrder(sharded);
  for (const part of [folderOf, nameOf]) {
    const found = new Map<string, string[]>();
    for (const split of Object.keys(KEYWORDS)) {
      const matching = files.filter((file) => part(file).some((text) => hasKeyword(text, split)));
      if (matching.length > 0) found.set(split, matching);
    }
    if (found.size > 0) return found;
  }
  return new Map(files.length > 0 ? [["train", files]] : []);
}

const folderOf = (path: string): string[] => path.split("/").slice(0, -1);
const nameOf = (path: string): string[] => [path.split("/").at(-1)!];

function hasKeyword(text: string, split: string): boolean {
  const words = KEYWORDS[split]!.join("|");
  return new RegExp(`(^|${SEPARATOR})(${words})(${SEPARATOR}|$)`).test(text);
}

/** train, validation, test first, each with what follows its name (`test_matched`); then the others as they come. */
export function inUsualOrder<T>(splits: ReadonlyMap<string, T>): Map<string, T> {
  const order = Object.keys(KEYWORDS);
  const rank = (name: string) => {
    const at = order.findIndex((usual) => name === usual || name.startsWith(`${usual}_`));
    return at < 0 ? order.length : at;
  };
  return new Map([...splits].sort(([a], [b]) => rank(a) - rank(b)));
}
