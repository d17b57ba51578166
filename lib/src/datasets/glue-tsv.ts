import { DatasetError } from "../errors";
import { type Column, NumberColumn, TextColumn } from "./columns";
import { Dataset } from "./dataset";
import { ClassLabel, Features, Value } from "./features";
import { pythonList } from "./python-repr";
import type { SentenceRow } from "./rows";
import { Table } from "./table";
import { lineOf, readTsv, type TsvFields, type TsvFile } from "./tsv";

/** The label that GLUE puts where the true one is hidden. */
const HIDDEN_LABEL = -1;

const LABELLED = ["sentence", "label"];
const HIDDEN = ["index", "sentence"];

/**
 * A file of GLUE SST-2: `sentence<tab>label`, or `index<tab>sentence` with hidden labels (-1). The columns become
 * `sentence, label, idx`, as on the Hub; texts stay as they are in the file, their trailing space included.
 *
 * @param labelNames the classes in the order of their numbers
 * @throws DatasetError naming file, line and remedy
 */
export async function readGlueTsv(
  path: string,
  labelNames: readonly string[],
): Promise<Dataset<SentenceRow>> {
  const file = await readTsv(path);
  const isHidden = sameNames(file.header, HIDDEN);
  if (!isHidden && !sameNames(file.header, LABELLED)) {
    throw new DatasetError(
      `${path}, line 1: the header is ${pythonList(file.header)}. It must be "sentence\\tlabel", ` +
        'or "index\\tsentence" where labels are hidden.',
    );
  }
  if (file.numRows === 0)
    throw new DatasetError(`${path} has a header but no rows. Add examples, one a line.`);
  const label = new ClassLabel({ names: labelNames });
  const [first, second] = file.columns as [TsvFields, TsvFields];
  const text = isHidden ? second : first;
  const columns = new Map<string, Column>([
    ["sentence", TextColumn.over(file.bytes, text.starts, text.ends)],
    ["label", new NumberColumn(isHidden ? hiddenLabels(file.numRows) : readLabels(file, second, label))],
    ["idx", new NumberColumn(isHidden ? readIndex(file, first) : rowNumbers(file.numRows))],
  ]);
  return new Dataset(
    new Table(columns, new Features({ sentence: new Value("string"), label, idx: new Value("int32") })),
  );
}

const sameNames = (found: readonly string[], wanted: readonly string[]) =>
  found.length === wanted.length && wanted.every((name, i) => name === found[i]);

const hiddenLabels = (length: number) => new Int32Array(length).fill(HIDDEN_LABEL);

const rowNumbers = (length: number) => Int32Array.from({ length }, (_, row) => row);

function readLabels(file: TsvFile, fields: TsvFields, { names, numClasses }: ClassLabel): Int32Array {
  const classes = names.map((name, number) => `${number} (${name})`).join(", ");
  return readIntegers(file, fields, (number, text, line) => {
    if (number !== undefined && number < numClasses) return;
    const what = number === undefined ? "is no class number" : "is out of range";
    throw new DatasetError(`${file.path}, line ${line}: the label ${text} ${what}. Write one of ${classes}.`);
  });
}

function readIndex(file: TsvFile, fields: TsvFields): Int32Array {
  return readIntegers(file, fields, (number, text, line) => {
    if (number !== undefined) return;
    throw new DatasetError(`${file.path}, line ${line}: the index ${text} is no number. Write 0, 1, 2 …`);
  });
}

/** Reads a column of integers 0 … 2^31-1; `check` sees each (undefined: no such number) and throws if it must not be. */
function readIntegers(
  { bytes, numRows }: TsvFile,
  { starts, ends }: TsvFields,
  check: (number: number | undefined, text: string, line: number) => void,
): Int32Array {
  const numbers = new Int32Array(numRows);
  for (let row = 0; row < numRows; row++) {
    const text = bytes.toString("latin1", starts[row], ends[row]);
    const number = /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
    check(number, JSON.stringify(bytes.toString("utf8", starts[row], ends[row])), lineOf(row));
    numbers[row] = number ?? 0;
  }
  return numbers;
}
