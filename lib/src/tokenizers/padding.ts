import type { Side } from "./truncation";

/** How far a batch is padded. */
export type PaddingStrategy = "longest" | "max_length" | "do_not_pad";

/** Width of a batch: of its longest row or as asked for, rounded up to a multiple. */
export function paddedWidth(
  rows: readonly ArrayLike<number>[],
  {
    maxLength,
    padToMultipleOf = 1,
  }: { maxLength?: number | undefined; padToMultipleOf?: number | undefined },
): number {
  let width = maxLength ?? 0;
  for (const row of rows) width = Math.max(width, row.length);
  return Math.ceil(width / padToMultipleOf) * padToMultipleOf;
}

/**
 * Rows of different lengths as one rectangle.
 *
 * @returns [rows.length * width] values, row after row
 */
export function padToRectangle(
  rows: readonly ArrayLike<number>[],
  width: number,
  value: number,
  side: Side,
): Int32Array {
  const flat = new Int32Array(rows.length * width);
  if (value !== 0) flat.fill(value);
  rows.forEach((row, i) => {
    flat.set(row, i * width + (side === "right" ? 0 : width - row.length));
  });
  return flat;
}

/** One row, filled up to a width. */
export function padRow(row: ArrayLike<number>, width: number, value: number, side: Side): number[] {
  const length = Math.max(row.length, width);
  const start = side === "right" ? 0 : length - row.length;
  const filled = new Array<number>(length).fill(value);
  for (let i = 0; i < row.length; i++) filled[start + i] = row[i] ?? value;
  return filled;
}
