import { readFile } from "../../platform/files";
import { DatasetError } from "../../errors";
import { nearNames } from "../../near-names";
import type { Features } from "../features";
import type { ReadOptions } from "../formats/read-file";
import { cardFeatures } from "./card-features";
import type { FileSet } from "./file-set";
import { isText, isYamlMap, readFrontMatter, type YamlMap, type YamlValue } from "./front-matter";

/** A configuration as a card describes it. */
export interface CardConfiguration {
  name: string;
  isDefault: boolean;
  /** The folder that its files are in; "" or with a slash at its end. */
  folder: string;
  /** Patterns of each split; undefined: what the names of files say. */
  dataFiles: ReadonlyMap<string, readonly string[]> | undefined;
  /** How its files are read. */
  options: ReadOptions;
}

/** What a dataset card (README.md) says in its head. */
export interface DatasetCard {
  configurations: CardConfiguration[];
  /** What the columns of a configuration hold, where the card says. */
  featuresOf(configuration: string | undefined): Features | undefined;
}

const EMPTY: DatasetCard = { configurations: [], featuresOf: () => undefined };

/**
 * Reads the card of a set of files, if it has one.
 *
 * @throws DatasetError if its head is no YAML, or names options that this library does not know
 * @see datasets.utils.metadata.MetadataConfigs
 */
export async function readDatasetCard(set: FileSet): Promise<DatasetCard> {
  if (!set.paths.includes("README.md")) return EMPTY;
  const name = set.describe("README.md");
  const head = readFrontMatter(await readFile(await set.fetch("README.md"), "utf8"), name);
  if (head === undefined) return EMPTY;
  const infos = asList(head.get("dataset_info")).filter(isYamlMap);
  return {
    configurations: asList(head.get("configs"))
      .filter(isYamlMap)
      .map((entry) => configurationOf(entry, name)),
    featuresOf(configuration = "default") {
      const named = infos.find((info) => info.get("config_name") === configuration);
      const info = named ?? infos.find((each) => infos.length === 1 && !each.has("config_name"));
      const features = info?.get("features");
      return features === undefined || features === null ? undefined : cardFeatures(features, name);
    },
  };
}

function configurationOf(entry: YamlMap, card: string): CardConfiguration {
  const folder = entry.get("data_dir");
  const name = entry.get("config_name");
  return {
    name: typeof name === "string" || typeof name === "number" ? String(name) : "default",
    isDefault: entry.get("default") === true,
    folder: typeof folder === "string" && folder !== "" ? `${folder.replace(/\/+$/, "")}/` : "",
    dataFiles: splitsOf(entry.get("data_files")),
    options: readOptions(entry, card),
  };
}

/** `data_files` of a card: a pattern, several, or a list of `{ split, path }`. */
function splitsOf(value: YamlValue | undefined): Map<string, string[]> | undefined {
  const entries = asList(value);
  if (entries.length === 0) return undefined;
  const splits = new Map<string, string[]>();
  for (const entry of entries) {
    const named: YamlMap = entry instanceof Map ? entry : new Map([["path", entry]]);
    const given = named.get("split");
    const split = typeof given === "string" ? given : "train";
    const patterns = asList(named.get("path")).filter(isText);
    splits.set(split, [...(splits.get(split) ?? []), ...patterns]);
  }
  return splits;
}

/** Keys of a configuration that say nothing of how its files are read. */
const OTHER_KEYS = [
  "config_name",
  "data_files",
  "data_dir",
  "default",
  "description",
  "version",
  "drop_labels",
];

type Setter = (options: ReadOptions, value: YamlValue, fail: (what: string) => DatasetError) => void;

const text =
  (set: (options: ReadOptions, text: string) => void): Setter =>
  (options, value, fail) => {
    if (typeof value !== "string") throw fail("is no text");
    set(options, value);
  };

const names: Setter = (options, value, fail) => {
  if (!Array.isArray(value)) throw fail("is no list of names");
  options.columnNames = value.map((name) => String(name as string | number));
};

const separator = text((options, given) => (options.sep = given));

/** Options of Python's builders, by their names there. */
const SETTERS = new Map<string, Setter>([
  ["sep", separator],
  ["delimiter", separator],
  ["quotechar", text((options, given) => (options.quoteChar = given))],
  ["field", text((options, given) => (options.field = given))],
  ["names", names],
  ["column_names", names],
  [
    "header",
    (options, value, fail) => {
      if (value === "infer") return;
      if (value !== null && value !== 0) throw fail("is neither 0, null nor infer");
      options.header = value === 0;
    },
  ],
  [
    "skiprows",
    (options, value, fail) => {
      if (typeof value !== "number") throw fail("is no number");
      options.skipRows = value;
    },
  ],
  [
    "encoding",
    (_, value, fail) => {
      if (typeof value !== "string" || !/^utf-?8$/i.test(value))
        throw fail("is not UTF-8, the only encoding that is read");
    },
  ],
]);

function readOptions(entry: YamlMap, card: string): ReadOptions {
  const options: ReadOptions = {};
  for (const [key, value] of entry) {
    if (OTHER_KEYS.includes(key)) continue;
    const set = SETTERS.get(key);
    if (!set) {
      const [near] = nearNames(key, SETTERS.keys());
      const hint = near === undefined ? "" : ` Did its author mean ${near}?`;
      throw new DatasetError(
        `${card}: its configuration has the option "${key}", which is not known here (${[...SETTERS.keys()].join(", ")} are).${hint} ` +
          "Name the files by `dataFiles`, and how they are read by options of loadDataset.",
      );
    }
    set(
      options,
      value,
      (what) => new DatasetError(`${card}: the option "${key}" of a configuration ${what}.`),
    );
  }
  return options;
}

const asList = (value: YamlValue | undefined): YamlValue[] =>
  value === undefined || value === null || value === "" ? [] : Array.isArray(value) ? value : [value];
