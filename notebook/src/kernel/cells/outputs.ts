import { StringDecoder } from "node:string_decoder";
import type { DisplayContent } from "../protocol/cell-messages";
import { tell } from "./news";
import { currentRun, type Run } from "./run";

type Written = (error?: Error | null) => void;
type StreamName = "stdout" | "stderr";

/** Characters may be cut in two where bytes are written; each run's streams put theirs together themselves. */
const decoders = new WeakMap<Run, Record<StreamName, StringDecoder>>();

function decode(run: Run, name: StreamName, bytes: Uint8Array): string {
  let decoder = decoders.get(run);
  if (!decoder) decoders.set(run, (decoder = { stdout: new StringDecoder(), stderr: new StringDecoder() }));
  return decoder[name].write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Has everything that JavaScript writes to standard output and error go to the cell in whose name it runs. */
export function captureStreams(): void {
  for (const name of ["stdout", "stderr"] as const) {
    process[name].write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | Written,
      done?: Written,
    ) => {
      const run = currentRun();
      if (run) {
        const bytes = typeof chunk === "string" ? recode(chunk, encoding) : chunk;
        print(name, typeof bytes === "string" ? bytes : decode(run, name, bytes), run);
      }
      const written = typeof encoding === "function" ? encoding : done;
      if (written) process.nextTick(written);
      return true;
    };
  }
}

/** A string that is written in another encoding than text's ("hex", "base64") stands for bytes. */
function recode(chunk: string, encoding: BufferEncoding | Written | undefined): string | Uint8Array {
  const isText = typeof encoding !== "string" || /^utf-?8$|^utf-?16|^ucs/i.test(encoding);
  return isText ? chunk : Buffer.from(chunk, encoding);
}

export function print(name: StreamName, text: string, run: Run): void {
  if (text !== "") tell({ type: "stream", run: run.id, name, text });
}

/** Shows something in the cell, or with `update` draws it anew where it stands. */
export function show(content: Partial<DisplayContent> & Pick<DisplayContent, "data">, update = false): void {
  const run = currentRun();
  if (!run) return;
  const { data, metadata = {}, transient = {} } = content;
  tell({ type: "display", run: run.id, update, content: { data, metadata, transient } });
}

/** What tslab's own display functions call. Its JSON arrives as text; the protocol has it as it is. */
export function showFromTslab(content: DisplayContent, update: boolean): void {
  const data = Object.fromEntries(
    Object.entries(content.data).map(([type, value]) => [type, isJson(type) ? parsed(value) : value]),
  );
  show({ ...content, data }, update);
}

const isJson = (type: string) => type === "application/json" || type.endsWith("+json");

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Empties the cell's output; with `wait` only when the next output comes, so that nothing flickers. */
export function clearOutput(wait: boolean): void {
  const run = currentRun();
  if (run) tell({ type: "clear", run: run.id, wait });
}
