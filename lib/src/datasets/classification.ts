import { DatasetError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { toArray } from "./columns";
import type { Dataset } from "./dataset";
import { DatasetDict } from "./dataset-dict";
import { ClassLabel, type Features, type FeatureType, featureToString, Value } from "./features";
import { pythonList } from "./python-repr";
import type { Row } from "./rows";

/** A row of a dataset for text classification. */
export interface ClassificationRow extends Row {
  sentence: string;
  /** The second text of a pair. */
  sentence2?: string;
  label: number;
}

export interface ClassificationOptions {
  /** The column of texts; of pairs, two names with a comma between them. Default: found by names and types. */
  textColumn?: string | undefined;
  /** The column of labels. Default: found by its type, then by its name. */
  labelColumn?: string | undefined;
  /** Of the validation split, where there is none. Default 42. */
  seed?: number;
}

export interface ClassificationDataset {
  /** `train`, `validation`, and what other splits there are. */
  datasets: DatasetDict<ClassificationRow>;
  /** Names of the classes, in the order of their numbers. */
  labelNames: string[];
  /** The columns that were taken for the texts, two of pairs, and for the labels. */
  columns: { texts: string[]; label: string };
  /** What was taken for what, as a sentence for each. */
  notes: string[];
}

/** Names of columns that hold a text, the most telling first. */
export const TEXT_COLUMN_NAMES: readonly string[] = [
  "sentence",
  "text",
  "review",
  "content",
  "comment",
  "tweet",
  "utterance",
  "document",
  "body",
  "headline",
];

/** Names of text columns; pairs before single texts. */
const TEXT_NAMES: readonly (readonly string[])[] = [
  ["sentence1", "sentence2"],
  ["premise", "hypothesis"],
  ["question1", "question2"],
  ["question", "sentence"],
  ["text_a", "text_b"],
  ["text1", "text2"],
  ...TEXT_COLUMN_NAMES.map((name) => [name]),
];

const LABEL_NAMES = [
  "label",
  "labels",
  "label_ids",
  "target",
  "class",
  "sentiment",
  "category",
  "intent",
  "emotion",
];

const OPTIONS: readonly (keyof ClassificationOptions)[] = ["textColumn", "labelColumn", "seed"];

/** Rows of the validation split that is taken out of train. */
const VALIDATION_SHARE = 0.1;

/**
 * Brings any dataset of labelled texts to the columns `sentence` (with pairs also `sentence2`) and `label`, whose classes are
 * numbered alike in all splits; without a split for validation, a tenth of train becomes one.
 *
 * @throws DatasetError that names the columns that there are where it cannot be told which hold the texts and the labels, and
 *   what to do about labels that are missing or no classes
 * @example
 * const { datasets, labelNames } = classificationDataset(await loadDataset("reviews.csv"));
 */
export function classificationDataset(
  loaded: DatasetDict,
  options: ClassificationOptions = {},
): ClassificationDataset {
  refuseUnknownOptions("classificationDataset", options, OPTIONS, DatasetError);
  if (!loaded.has("train")) {
    throw new DatasetError(
      `There is no split "train" to learn from. Splits: ${pythonList(loaded.splitNames)}.`,
    );
  }
  const { features } = loaded.train;
  const label = labelColumnOf(features, options.labelColumn);
  const texts = textColumnsOf(features, label, options.textColumn);
  const notes = [`texts: ${texts.map((name) => `"${name}"`).join(" and ")}, labels: "${label}"`];
  const classes = classesOf(loaded.train, label);
  const named = new Map<string, Dataset<ClassificationRow>>();
  for (const [name, split] of loaded) {
    const missing = [...texts, label].filter((column) => !split.features.has(column));
    if (missing.length === 0) named.set(name, brought(split, name, texts, label, classes));
    else notes.push(`left out: the split "${name}", which has no column ${pythonList(missing)}`);
  }
  if (!named.has("validation")) notes.push(addValidation(named, options.seed ?? 42));
  return {
    datasets: new DatasetDict<ClassificationRow>(Object.fromEntries(named)),
    labelNames: [...classes.names],
    columns: { texts, label },
    notes,
  };
}

function labelColumnOf(features: Features, wanted: string | undefined): string {
  if (wanted) return checkColumn(features, wanted, "labelColumn");
  const classes = [...features].filter(([, feature]) => feature instanceof ClassLabel).map(([name]) => name);
  if (classes.length === 1) return classes[0]!;
  const named = LABEL_NAMES.find((name) => features.has(name));
  if (named !== undefined) return named;
  throw new DatasetError(
    `It cannot be told which column holds the labels. Columns: ${pythonList(features.keys())}. ` +
      'Say so by labelColumn (LABEL_COLUMN in the notebook), or give it the name: dataset.renameColumn(…, "label").',
  );
}

function textColumnsOf(features: Features, label: string, wanted: string | undefined): string[] {
  if (wanted) {
    // A name may hold a comma itself.
    const names = features.has(wanted) ? [wanted] : wanted.split(",").map((name) => name.trim());
    if (names.length > 2)
      throw new DatasetError(`textColumn names ${names.length} columns; a text or a pair has one or two.`);
    return names.map((name) => checkColumn(features, name, "textColumn"));
  }
  const isText = (feature: FeatureType | undefined) => feature instanceof Value && feature.dtype === "string";
  const texts = [...features]
    .filter(([name, feature]) => name !== label && isText(feature))
    .map(([name]) => name);
  const known = TEXT_NAMES.find((names) => names.every((name) => texts.includes(name)));
  if (known) return [...known];
  if (texts.length === 1) return texts;
  const columns = Array.from(features, ([name, feature]) => `${name} (${featureToString(feature)})`).join(
    ", ",
  );
  throw new DatasetError(
    `It cannot be told which column holds the texts. Columns: ${columns}. ` +
      'Say so by textColumn (TEXT_COLUMN in the notebook); of pairs, "first,second".',
  );
}

function checkColumn(features: Features, name: string, option: string): string {
  if (features.has(name)) return name;
  throw new DatasetError(`${option}: there is no column "${name}". Columns: ${pythonList(features.keys())}.`);
}

/** The classes of the labels: their own, or what the values of train are. */
function classesOf(train: Dataset, label: string): ClassLabel {
  const feature = train.features.get(label)!;
  if (feature instanceof ClassLabel) return feature;
  const dtype = feature instanceof Value ? feature.dtype : "";
  if (dtype.startsWith("float")) {
    throw new DatasetError(
      `The labels in column "${label}" are fractions (${dtype}), which are no classes. If they stand for classes, ` +
        `dataset.castColumn("${label}", new Value("int64")) makes whole numbers of them; a regression has numLabels: 1.`,
    );
  }
  if (dtype !== "string" && dtype !== "bool" && !/^u?int/.test(dtype)) {
    throw new DatasetError(
      `The labels in column "${label}" are ${featureToString(feature)}; one class a row is expected. ` +
        "Name another column by labelColumn.",
    );
  }
  checkLabels(train, "train", label);
  const encoded = train.classEncodeColumn(label).features.get(label);
  return encoded as ClassLabel;
}

/** @throws DatasetError that names the first row without a label */
function checkLabels(split: Dataset, name: string, label: string): void {
  const missing = toArray(split.table.column(label)).findIndex((cell) => cell === null || cell === undefined);
  if (missing < 0) return;
  throw new DatasetError(
    `Row ${missing} of the split "${name}" has no label in column "${label}". Leave such rows out: ` +
      `dataset.filter((row) => row["${label}"] !== null).`,
  );
}

function brought(
  split: Dataset,
  name: string,
  texts: readonly string[],
  label: string,
  classes: ClassLabel,
): Dataset<ClassificationRow> {
  checkLabels(split, name, label);
  const isSo = texts[0] === "sentence" && texts.length === 1 && label === "label";
  // Under their own names they keep what else a row has.
  const chosen = isSo ? split : split.selectColumns([...texts, label]);
  const names = [...texts.map((text, i) => [text, i === 0 ? "sentence" : "sentence2"]), [label, "label"]];
  const renamed = chosen.renameColumns(Object.fromEntries(names) as Record<string, string>);
  const feature = renamed.features.get("label")!;
  const asText = feature instanceof ClassLabel ? renamed : renamed.castColumn("label", new Value("string"));
  try {
    return asText.castColumn("label", classes) as unknown as Dataset<ClassificationRow>;
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    throw new DatasetError(`Split "${name}": ${error.message}`, { cause: error });
  }
}

/** @returns what is to be said about it */
function addValidation(splits: Map<string, Dataset<ClassificationRow>>, seed: number): string {
  for (const name of ["validation_matched", "dev", "valid"]) {
    const split = splits.get(name);
    if (!split) continue;
    splits.set("validation", split);
    return `validation: the split "${name}"`;
  }
  const train = splits.get("train")!;
  const parts = train.trainTestSplit({ testSize: VALIDATION_SHARE, seed });
  const rest = [...splits].filter(([name]) => name !== "train");
  splits.clear();
  splits.set("train", parts.train);
  splits.set("validation", parts.test);
  for (const [name, split] of rest) splits.set(name, split);
  return `validation: ${parts.test.length} rows of train, as there is no split of that name`;
}
