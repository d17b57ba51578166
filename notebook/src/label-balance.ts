import { count } from "./numbers";
import { ClassLabel, type Dataset, DatasetError } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import type { Displayable, MimeBundle } from "./mime";
import { table } from "./tables";

/** How many rows of each split bear which label. */
export interface LabelBalance extends Displayable {
  /** By split, by label; for `plotLabelBalance`. Rows whose label is hidden are in none. */
  readonly counts: Record<string, Record<string, number>>;
  /** A row a split: `split`, `rows`, a column for each label, and `hidden`: the labels that are not told (-1). */
  readonly rows: Record<string, string | number>[];
  /** The label that most rows of a split bear, and its share of those with a label: what saying it to all would score. */
  majority(split: string): { label: string; share: number };
}

export interface LabelBalanceOptions {
  /** The column of class numbers. Default "label". */
  column?: string;
}

/**
 * Counts the labels of a dataset's splits, or of one dataset (as the split "dataset"). Shown, it is a table.
 *
 * @throws DatasetError if the column is no ClassLabel
 * @example
 * const balance = labelBalance(rawDatasets);
 * display(balance);
 * display(plotLabelBalance(balance.counts));
 */
export function labelBalance(
  datasets: Iterable<[string, Dataset]> | Dataset,
  options: LabelBalanceOptions = {},
): LabelBalance {
  refuseUnknownOptions("labelBalance", options, ["column"]);
  const { column = "label" } = options;
  const splits = isDataset(datasets) ? [["dataset", datasets] as const] : [...datasets];
  const bySplit: [string, Record<string, number>][] = [];
  const rows: LabelBalance["rows"] = [];
  for (const [split, dataset] of splits) {
    const names = labelNamesOf(dataset, column, split);
    const labels = dataset.column(column) as ArrayLike<number>;
    const own = new Array<number>(names.length).fill(0);
    let hidden = 0;
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      if (label >= 0) own[label]! += 1;
      else hidden += 1;
    }
    const byLabel = Object.fromEntries(names.map((name, label) => [name, own[label]!]));
    bySplit.push([split, byLabel]);
    rows.push({ split, rows: dataset.numRows, ...byLabel, hidden });
  }
  const counts = Object.fromEntries(bySplit);
  return { counts, rows, majority: (split) => majorityOf(counts, split), toMimeBundle: () => forms(rows) };
}

const isDataset = (value: Iterable<[string, Dataset]> | Dataset): value is Dataset =>
  "columnNames" in value && "features" in value;

function labelNamesOf(dataset: Dataset, column: string, split: string): readonly string[] {
  const feature = dataset.features.get(column);
  if (feature instanceof ClassLabel) return feature.names;
  throw new DatasetError(
    `labelBalance: column "${column}" of ${split} is ${feature ? "no ClassLabel" : "not there"}; ` +
      "classEncodeColumn makes one of names, and the option `column` chooses another.",
  );
}

function majorityOf(counts: LabelBalance["counts"], split: string): { label: string; share: number } {
  const own = Object.entries(Object.hasOwn(counts, split) ? counts[split]! : {});
  const all = own.reduce((sum, [, count]) => sum + count, 0);
  const [first, ...rest] = own;
  if (first === undefined || all === 0) {
    throw new DatasetError(`labelBalance: no row of "${split}" has a label that is told.`);
  }
  const [label, most] = rest.reduce((best, each) => (each[1] > best[1] ? each : best), first);
  return { label, share: most / all };
}

function forms(rows: LabelBalance["rows"]): MimeBundle {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== "split");
  const format = Object.fromEntries(columns.map((name) => [name, count]));
  return table(rows, { caption: "Rows by label", format }).toMimeBundle();
}
