import { readFileSync } from "node:fs";
import { NotebookError } from "finetune-ts";
import { writeWhole } from "../whole-file";

/** A value per MIME type: text, base64 for images, objects for JSON types. */
export type MimeBundle = Record<string, unknown>;

export type Output =
  | { output_type: "stream"; name: string; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Record<string, unknown> }
  | {
      output_type: "execute_result";
      data: MimeBundle;
      metadata: Record<string, unknown>;
      execution_count: number | null;
    }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

export interface MarkdownCell {
  cell_type: "markdown" | "raw";
  id: string;
  metadata: Record<string, unknown>;
  source: string;
  attachments?: Record<string, MimeBundle>;
}

export interface CodeCell {
  cell_type: "code";
  id: string;
  metadata: Record<string, unknown>;
  source: string;
  execution_count: number | null;
  outputs: Output[];
}

export type Cell = MarkdownCell | CodeCell;

/** A notebook of nbformat 4, texts joined. */
export interface Notebook {
  metadata: Record<string, unknown>;
  cells: Cell[];
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Files hold texts as one string or as lines. */
const joined = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join("") : typeof value === "string" ? value : "";

/**
 * Reads a notebook (nbformat 4).
 *
 * @throws {@link NotebookError} when there is no such file, or it is no notebook
 */
export function readNotebook(file: string): Notebook {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(cause);
    throw new NotebookError(`cannot read the notebook ${file}: ${reason}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new NotebookError(`${file} is no notebook: it is no JSON (${(cause as Error).message})`, { cause });
  }
  if (!isObject(value) || typeof value.nbformat !== "number") {
    throw new NotebookError(`${file} is no notebook: it has no "nbformat"`);
  }
  if (value.nbformat !== 4 || !Array.isArray(value.cells)) {
    throw new NotebookError(
      `${file} has notebook format ${value.nbformat}; format 4 is needed (open and save it in a current Jupyter)`,
    );
  }
  const ids = new Set<string>();
  return {
    metadata: isObject(value.metadata) ? value.metadata : {},
    cells: value.cells.map((cell: unknown, i) => readCell(cell, i, file, ids)),
  };
}

function readCell(value: unknown, index: number, file: string, ids: Set<string>): Cell {
  if (!isObject(value)) throw new NotebookError(`${file}: cell ${index + 1} is no object`);
  let id = typeof value.id === "string" && /^[\w-]{1,64}$/.test(value.id) ? value.id : `cell-${index + 1}`;
  while (ids.has(id)) id += "-";
  ids.add(id);
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const source = joined(value.source);
  switch (value.cell_type) {
    case "code": {
      const outputs = Array.isArray(value.outputs) ? value.outputs.filter(isObject).map(readOutput) : [];
      const count = typeof value.execution_count === "number" ? value.execution_count : null;
      return { cell_type: "code", id, metadata, source, execution_count: count, outputs };
    }
    case "markdown":
    case "raw": {
      const attachments = isObject(value.attachments)
        ? (value.attachments as Record<string, MimeBundle>)
        : undefined;
      return { cell_type: value.cell_type, id, metadata, source, ...(attachments && { attachments }) };
    }
    default:
      throw new NotebookError(`${file}: cell ${index + 1} has the unknown type ${String(value.cell_type)}`);
  }
}

function readOutput(value: Json): Output {
  if (value.output_type === "stream") {
    return {
      output_type: "stream",
      name: value.name === "stderr" ? "stderr" : "stdout",
      text: joined(value.text),
    };
  }
  if (value.output_type === "error") {
    const traceback = Array.isArray(value.traceback) ? value.traceback.map(String) : [];
    return { output_type: "error", ename: joined(value.ename), evalue: joined(value.evalue), traceback };
  }
  const data: MimeBundle = {};
  for (const [type, part] of Object.entries(isObject(value.data) ? value.data : {})) {
    data[type] = Array.isArray(part) && !isJsonType(type) ? joined(part) : part;
  }
  const metadata = isObject(value.metadata) ? value.metadata : {};
  if (value.output_type !== "execute_result") return { output_type: "display_data", data, metadata };
  const count = typeof value.execution_count === "number" ? value.execution_count : null;
  return { output_type: "execute_result", data, metadata, execution_count: count };
}

/** Whether values of this MIME type stand as JSON in a notebook, not as text. */
export function isJsonType(type: string): boolean {
  return type === "application/json" || type.endsWith("+json");
}

/** Lines with their newlines, as Jupyter writes texts: a changed line is one changed line of the file. */
const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function writtenOutput(output: Output): Json {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return { ...output };
  const data = Object.entries(output.data).map(([type, value]) => {
    const isText = typeof value === "string" && (type.startsWith("text/") || type === "image/svg+xml");
    return [type, isText ? lines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) as Json };
}

/** Writes a notebook of nbformat 4.5. The file appears complete or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.cell_type === "code" && { outputs: cell.outputs.map(writtenOutput) }),
  }));
  const content = { cells, metadata: notebook.metadata, nbformat: 4, nbformat_minor: 5 };
  writeWhole(file, JSON.stringify(content, null, 1) + "\n");
}

/** The text of the last heading in a markdown source, without its marks; `undefined` when there is none. */
export function lastHeading(markdown: string): string | undefined {
  let fenced = false;
  let heading: string | undefined;
  for (const line of markdown.split("\n")) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const text = fenced ? undefined : /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1];
    if (text) heading = text.replace(/[*_`]+/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  }
  return heading;
}
