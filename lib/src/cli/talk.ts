/**
 * With `--json`, standard output is one JSON value for a program to read; whatever else the library says, such as which engine
 * runs, goes to standard error.
 */
export function keepOutputForJson(): void {
  console.log = console.error;
  console.info = console.error;
}

/** What a shell says of a program that an interrupt has ended: 128 and the signal's number. */
export const INTERRUPTED = 130;

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Names and figures in two columns, as people read them. */
export function printFigures(figures: Readonly<Record<string, string | number>>): void {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  for (const [name, value] of Object.entries(figures)) {
    const shown = typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
    process.stdout.write(`${name.padEnd(width)}  ${shown}\n`);
  }
}
