import { SourceMap, type SourceMapPayload } from "node:module";

/** Where in the author's text something happened. Lines and columns count from 1. */
export interface Place {
  /** "cell [3]", or the file. */
  name: string;
  line: number;
  column: number;
  /** The text of the line, if it is known. */
  source: string | undefined;
}

interface Code {
  name: string;
  /** As JSON until it is first needed. */
  map: SourceMap | string;
  lines: string[];
}

/** Every piece of compiled code of this process: which cell or file it came from, and where in it. */
const registry = new Map<string, Code>();

/**
 * @param file the name under which the code stands in stack traces
 * @param name what people call it
 * @param map  the source map, as JSON; "" when there is none
 */
export function registerCode(file: string, name: string, map: string, source: string): void {
  registry.set(file, { name, map, lines: source.split("\n") });
}

function mapOf(code: Code): SourceMap | undefined {
  if (code.map === "") return undefined;
  if (typeof code.map === "string") code.map = new SourceMap(JSON.parse(code.map) as SourceMapPayload);
  return code.map;
}

/** Where a position of compiled code stands in its source; `undefined` for code that was not compiled here. */
export function placeOf(file: string, line: number, column: number): Place | undefined {
  const code = registry.get(file);
  if (!code) return undefined;
  const entry = mapOf(code)?.findEntry(line - 1, column - 1);
  const known = entry && "originalLine" in entry && entry.originalLine !== undefined;
  const place = known ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : { line, column };
  return { name: code.name, ...place, source: code.lines[place.line - 1]?.replace(/\r$/, "") };
}

/** The source line of a place that stands in a stack trace. */
export function sourceLine(name: string, line: number): string | undefined {
  for (const code of registry.values())
    if (code.name === name) return code.lines[line - 1]?.replace(/\r$/, "");
  return undefined;
}

/** Whether a name in a stack trace is that of a cell or of a file beside the notebook. */
export function isAuthorsCode(name: string): boolean {
  for (const code of registry.values()) if (code.name === name) return true;
  return false;
}

/** Has stack traces tell places in the author's text: `at f (cell [3]:2:15)`. */
export function mapStackTraces(): void {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => {
      const file = site.getFileName();
      const line = site.getLineNumber();
      const column = site.getColumnNumber();
      const place = file && line && column ? placeOf(file, line, column) : undefined;
      const frame = `${site as unknown as string}`;
      return place
        ? frame.replace(`${file}:${line}:${column}`, `${place.name}:${place.line}:${place.column}`)
        : frame;
    });
    return [headline(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
  };
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
