/** Stands below a column; tabs before it stay tabs, so that it does so everywhere. */
export const caret = (source: string, column: number): string =>
  source.slice(0, column - 1).replace(/[^\t]/g, " ") + "^";
