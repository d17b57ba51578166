/** A string as Python's `repr` writes it: in single quotes, unless only double quotes save escaping. */
export function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, "\\\\")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
    .replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}

/** A list of strings as Python prints it: `['sentence', 'label']`. */
export function pythonList(items: Iterable<string>): string {
  return `[${Array.from(items, pythonString).join(", ")}]`;
}

/** What `String` makes of a cell that is known to be no object. */
export const plainText = (cell: unknown): string => String(cell);

/** Indents every line but the first by four spaces, as nested reprs are printed. */
export function indent(text: string): string {
  return text.replaceAll("\n", "\n    ");
}

/** The hook by which Node's `console.log` asks an object how it prints. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");
