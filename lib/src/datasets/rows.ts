/** A row: a plain object with one entry a column. Lists of numbers come as (read-only) typed arrays. */
export type Row = Record<string, unknown>;

/** A row of GLUE SST-2: a text, 1 if it is positive and 0 if negative (-1 where hidden), and its number. */
export type SentenceRow = { sentence: string; label: number; idx: number };

/** Rows turned into columns: `{ sentence: string[], label: number[] … }`. */
export type Batch<R extends Row = Row> = { [Name in keyof R]: R[Name][] };

/** A cell as it is read back: numbers in lists may come as a typed array. */
type Stored<Cell> = Cell extends readonly number[] ? ArrayLike<number> : Cell;

/** The columns that a function given to `map` makes, as cells of a row. */
export type RowOf<Made> = { [Name in keyof Made]: Stored<Made[Name]> };

/** The same for a batched function, which returns arrays with one entry a row. */
export type RowOfBatch<Made> = {
  [Name in keyof Made]: Made[Name] extends ArrayLike<infer Cell> ? Stored<Cell> : never;
};

/**
 * A row that columns were taken from. Unlike `Omit` it keeps the types of known columns where the row may have others too.
 */
export type Without<R, Names> = { [Name in keyof R as Name extends Names ? never : Name]: R[Name] };

/** A row to which columns were added, the same names replaced. */
export type Extended<R extends Row, Added> = Without<R, keyof Added> & Added;
