import { classificationDataset, type ClassificationRow } from "../../datasets/classification";
import type { Dataset } from "../../datasets/dataset";
import { DatasetDict } from "../../datasets/dataset-dict";
import { featureToString } from "../../datasets/features";
import { loadDataset } from "../../datasets/load-dataset";
import { DatasetError } from "../../errors";
import { existsSync, mkdir, readFile, rename, rm, writeFile } from "../../platform/files";
import path from "../../platform/path";
import type { Brought, Labelled, Roles } from "./protocol";
import { LOOKED_AT, sniff } from "./sniff";

/** Rows and characters of a cell that are shown of what was brought. */
const SHOWN = { rows: 5, characters: 200 };
/** A class with fewer examples is told of. */
const FEW = 8;
/** So many times rarer than the most frequent class is told of too. */
const UNEVEN = 10;

const NOTHING = "Nothing has been brought yet.";

/** Labelled sentences: as they were brought, and then as there is to be learned from them. */
export class Sentences {
  private readonly arriving: string;
  private arrived: Dataset | undefined;
  private loaded: Dataset | undefined;
  private labelled: { datasets: DatasetDict<ClassificationRow>; labelNames: string[] } | undefined;

  /** @param folder where what was brought is put, for the next time */
  constructor(private readonly folder: string) {
    this.arriving = `${folder}-arriving`;
  }

  /**
   * Reads what is brought, beside what was brought before, which it has the place of from {@link take} on.
   *
   * @throws DatasetError that says which line or row is wrong, and what to do
   */
  async bring(name: string, content: Uint8Array): Promise<Brought> {
    await rm(this.arriving, { recursive: true, force: true });
    try {
      await mkdir(this.arriving, { recursive: true });
      const file = path.join(this.arriving, fileOf(name));
      await writeFile(file, content);
      this.arrived = await readTable(name, file, content);
      // The last of the files: what has none was not read.
      await writeFile(path.join(this.arriving, "name"), name);
      return describe(name, this.arrived);
    } catch (error) {
      await rm(this.arriving, { recursive: true, force: true });
      throw error;
    }
  }

  /** From now on there is what was brought last, and it is kept. */
  async take(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await rename(this.arriving, this.folder);
    this.loaded = this.arrived;
    this.labelled = undefined;
  }

  /** What was brought the last time; undefined where that was nothing, or what is left of it cannot be read. */
  async reopen(): Promise<Brought | undefined> {
    const nameFile = path.join(this.folder, "name");
    // Killed between two calls of `take`.
    if (!existsSync(nameFile) && existsSync(path.join(this.arriving, "name")))
      await rename(this.arriving, this.folder);
    if (!existsSync(nameFile)) return undefined;
    const name = await readFile(nameFile, "utf8");
    const file = path.join(this.folder, fileOf(name));
    try {
      this.loaded = await readTable(name, file, await readFile(file));
      return describe(name, this.loaded);
    } catch {
      return undefined;
    }
  }

  /** Forgets what was brought, here and for the next time. */
  async forget(): Promise<void> {
    this.loaded = undefined;
    this.labelled = undefined;
    for (const folder of [this.folder, this.arriving]) await rm(folder, { recursive: true, force: true });
  }

  /** @throws DatasetError where the columns hold no texts and labels, or there is nothing to tell apart */
  choose({ textColumn, labelColumn }: Roles, seed: number): Labelled {
    if (textColumn === labelColumn)
      throw new DatasetError("The texts and the labels are in two columns; choose another one.");
    if (!this.loaded) throw new DatasetError(NOTHING);
    const { datasets, labelNames } = classificationDataset(dictOf(this.loaded), {
      textColumn,
      labelColumn,
      seed,
    });
    const counts = labelNames.map((name, number) => ({
      name,
      count: [...datasets].reduce((sum, [, split]) => sum + countOf(split, number), 0),
    }));
    if (counts.length < 2) {
      throw new DatasetError(
        `All rows have the label "${labelNames[0]}". There is something to learn where there are two labels at least.`,
      );
    }
    this.labelled = { datasets, labelNames };
    return {
      labels: counts,
      train: datasets.train.length,
      validation: datasets.validation.length,
      warnings: warningsOf(counts, datasets),
    };
  }

  /** What {@link choose} has made. */
  get chosen(): { datasets: DatasetDict<ClassificationRow>; labelNames: string[] } {
    if (!this.labelled) throw new DatasetError(NOTHING);
    return this.labelled;
  }
}

/** Whatever name a file has on somebody's disk, here it is one in the folder. */
const fileOf = (name: string): string => `brought.${/\.jsonl?$/i.test(name) ? "json" : "csv"}`;

async function readTable(name: string, file: string, content: Uint8Array): Promise<Dataset> {
  const beginning = new TextDecoder().decode(content.subarray(0, LOOKED_AT));
  if (beginning.trim() === "")
    throw new DatasetError(`${name} is empty. Bring sentences with their labels, a line each.`);
  const { format, delimiter, heading } = sniff(name, beginning);
  let dataFiles = file;
  if (heading !== undefined) {
    dataFiles = path.join(path.dirname(file), "headed.csv");
    await writeFile(dataFiles, Buffer.concat([Buffer.from(`${heading}\n`), withoutMark(content)]));
  }
  const options = format === "csv" ? { dataFiles, delimiter } : { dataFiles };
  const { train } = await loadDataset(format, options).catch((error: Error) => {
    // The message tells of a file that nobody has seen.
    throw new DatasetError(error.message.replaceAll(dataFiles, name), { cause: error });
  });
  if (train.features.size < 2) {
    throw new DatasetError(
      `${name} has one column, "${train.columnNames[0]}". Two are needed: the texts, and the label of each. In a table they stand ` +
        "beside each other, with a tab or a comma between them.",
    );
  }
  return train;
}

function describe(name: string, table: Dataset): Brought {
  const columns = Array.from(table.features, ([column, feature]) => ({
    name: column,
    type: featureToString(feature),
  }));
  const shown = Array.from({ length: Math.min(SHOWN.rows, table.length) }, (_, row) => row);
  return {
    name,
    rows: table.length,
    columns,
    preview: Array.from(table.select(shown), (row) => columns.map((column) => cellText(row[column.name]))),
    ...guessRoles(table),
  };
}

/** The roles that the library finds by itself; of two columns that which repeats itself more holds the labels. */
function guessRoles(table: Dataset): Pick<Brought, "textColumn" | "labelColumn"> {
  const distinct = (column: string) => new Set(table.column(column) as Iterable<unknown>).size;
  const [first, second] = table.columnNames as [string, string];
  const fewest = distinct(first) < distinct(second) ? first : second;
  for (const labelColumn of table.columnNames.length === 2 ? [undefined, fewest] : [undefined]) {
    try {
      const found = classificationDataset(dictOf(table), { labelColumn }).columns;
      // Pairs of texts are not for this page.
      const textColumn = found.texts.length === 1 ? found.texts[0] : undefined;
      return { textColumn, labelColumn: found.label };
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
    }
  }
  return { textColumn: undefined, labelColumn: undefined };
}

function warningsOf(counts: Labelled["labels"], datasets: DatasetDict<ClassificationRow>): string[] {
  const warnings: string[] = [];
  const most = Math.max(...counts.map(({ count }) => count));
  for (const [number, { name, count }] of counts.entries()) {
    const learned = countOf(datasets.train, number);
    if (learned === 0)
      warnings.push(`"${name}" has ${examples(count)}, held out for the test: the model cannot learn it.`);
    else if (count < FEW)
      warnings.push(`"${name}" has ${examples(count)}: too few to learn it well, or to tell whether it was.`);
    else if (count * UNEVEN < most)
      warnings.push(`"${name}" is rare: ${examples(count)}, and ${most} of the most frequent label.`);
  }
  const { length } = datasets.validation;
  if (length < 30)
    warnings.push(`Only ${length} texts are held out for the test: its accuracy will be a rough figure.`);
  return warnings;
}

const dictOf = (train: Dataset): DatasetDict => new DatasetDict({ train });

const examples = (count: number) => `${count} ${count === 1 ? "example" : "examples"}`;

const countOf = (split: Dataset<ClassificationRow>, number: number): number =>
  Array.from(split.column("label") as Iterable<number>).filter((label) => label === number).length;

function cellText(cell: unknown): string {
  const text = typeof cell === "string" ? cell : (JSON.stringify(cell) ?? "");
  return text.length > SHOWN.characters ? `${text.slice(0, SHOWN.characters)}…` : text;
}

const withoutMark = (content: Uint8Array): Uint8Array =>
  content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? content.subarray(3) : content;
