import { DatasetError } from "../errors";
import { type Cell, ObjectColumn } from "./columns";

/** Keys of the objects that stand for what JSON lacks. */
const SPECIAL = ["$int", "$float", "$date", "$bytes"] as const;

/**
 * Cells as JSON. What JSON lacks is an object with one key: `{"$int": "9007199254740993"}`, `{"$float": "NaN"}`,
 * `{"$date": "2024-01-01T00:00:00.000Z"}`, `{"$bytes": "base64"}`.
 *
 * @throws DatasetError naming the row of a cell that cannot be written
 */
export function encodeCells(name: string, cells: readonly Cell[]): string {
  return `[${cells.map((cell, row) => JSON.stringify(encode(cell, () => `Column "${name}", row ${row}`))).join(",")}]`;
}

function encode(cell: Cell, where: () => string): unknown {
  if (cell === undefined || cell === null) return null;
  if (typeof cell === "bigint") return { $int: cell.toString() };
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : { $float: String(cell) };
  if (typeof cell === "string" || typeof cell === "boolean") return cell;
  if (cell instanceof Date) return { $date: cell.toISOString() };
  if (cell instanceof Uint8Array) return { $bytes: Buffer.from(cell).toString("base64") };
  if (ArrayBuffer.isView(cell))
    return Array.from(cell as unknown as ArrayLike<Cell>, (each) => encode(each, where));
  if (Array.isArray(cell)) return cell.map((each: Cell) => encode(each, where));
  if (typeof cell === "object" && !("toJSON" in cell)) {
    const fields = Object.entries(cell);
    const isTaken = fields.length === 1 && SPECIAL.some((key) => key === fields[0]![0]);
    if (!isTaken) return Object.fromEntries(fields.map(([field, value]) => [field, encode(value, where)]));
  }
  throw new DatasetError(
    `${where()}: a ${typeof cell} cannot be saved. Turn it into text, numbers, lists or objects.`,
  );
}

/** @throws DatasetError naming the file and column if it is no JSON array */
export function decodeCells(file: string, name: string, text: string): ObjectColumn {
  let cells: unknown;
  try {
    cells = JSON.parse(text, (_, value: unknown) => decode(value));
  } catch (error) {
    throw new DatasetError(`${file}: column "${name}" is no JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (Array.isArray(cells)) return new ObjectColumn(cells);
  throw new DatasetError(`${file}: column "${name}" is no JSON array. Save the dataset again.`);
}

function decode(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const [[key, text] = ["", ""], ...more] = Object.entries(value) as [string, unknown][];
  if (more.length > 0 || typeof text !== "string") return value;
  switch (key) {
    case "$int":
      return BigInt(text);
    case "$float":
      return Number(text);
    case "$date":
      return new Date(text);
    case "$bytes":
      return new Uint8Array(Buffer.from(text, "base64"));
    default:
      return value;
  }
}
