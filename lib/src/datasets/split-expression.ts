import { DatasetError } from "../errors";

/** A stretch of a split: `train[10%:20%]` is from 10 % to 20 % of its rows. */
export interface SplitPart {
  split: string;
  from?: Bound;
  to?: Bound;
}

interface Bound {
  value: number;
  isPercent: boolean;
}

const PART = /^\s*(?<split>\w+(?:[.\w-]*\w)?)\s*(?:\[(?<from>-?\d+%?)?:(?<to>-?\d+%?)?\])?\s*$/;

/**
 * What `split` asks for: `train`, `train[:100]`, `train[:10%]`, `train+validation`.
 *
 * @throws DatasetError if it is written otherwise
 * @see datasets.ReadInstruction
 */
export function parseSplit(expression: string): SplitPart[] {
  return expression.split("+").map((text) => {
    const groups = PART.exec(text)?.groups;
    if (groups?.split === undefined) {
      throw new DatasetError(
        `split "${expression}" is not understood. Write it as "train", "train[:100]", "train[:10%]" or "train+test".`,
      );
    }
    return { split: groups.split, from: bound(groups.from), to: bound(groups.to) };
  });
}

function bound(text: string | undefined): Bound | undefined {
  if (text === undefined) return undefined;
  const isPercent = text.endsWith("%");
  return { value: Number(isPercent ? text.slice(0, -1) : text), isPercent };
}

/** Rows start (included) to end (excluded) of a split with so many rows; percentages are rounded to the nearest row. */
export function rowsOfPart({ from, to }: SplitPart, rows: number): [start: number, end: number] {
  const at = (limit: Bound | undefined, otherwise: number) => {
    if (limit === undefined) return otherwise;
    const row = limit.isPercent ? Math.round((rows * limit.value) / 100) : limit.value;
    return Math.min(Math.max(row < 0 ? row + rows : row, 0), rows);
  };
  const start = at(from, 0);
  return [start, Math.max(start, at(to, rows))];
}
