import type { CompiledCell } from "../compiler/cell-compiler";

/**
 * What the kernel's two processes say to each other: the server, which speaks Jupyter's protocol and compiles, and
 * the process in which cells run. One JSON text a line, each way on a pipe of its own.
 */

/** The error of a cell as Jupyter's `error` message has it. */
export interface CellError {
  /** Name of the error's class; "CompileError" for code that TypeScript refuses. */
  ename: string;
  evalue: string;
  /** Lines to show, the message first. */
  traceback: string[];
}

/** A value per MIME type. */
export type Bundle = Record<string, unknown>;

/** What a display message carries. */
export interface DisplayContent {
  data: Bundle;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

export interface ExecuteOrder {
  type: "execute";
  /** Identifies the run in everything that comes of it. */
  run: number;
  /** The number in the brackets beside the cell; `undefined` for code that has none (silent, expressions). */
  count: number | undefined;
  cell: CompiledCell;
  /** Whether the front end takes questions. */
  allowStdin: boolean;
  /** Whether the value of the last expression is to be shown. */
  wantResult: boolean;
}

export type OrderToCells =
  | ExecuteOrder
  /** Interrupts are counted: this one, and those before it, have been heard once it is carried out. */
  | { type: "interrupt"; number: number }
  /** `undefined`: the input has ended. */
  | { type: "answer"; question: number; value: string | undefined }
  | { type: "exit" };

export interface RunEnd {
  type: "done";
  run: number;
  /** The number of the last top-level statement that ran to its end, as far as it declares something. */
  reached: number;
  error: CellError | undefined;
  /** The forms of the last expression's value. */
  result: { data: Bundle; metadata: Record<string, unknown> } | undefined;
}

export type NewsOfCells =
  | { type: "ready" }
  | { type: "stream"; run: number; name: "stdout" | "stderr"; text: string }
  | { type: "display"; run: number; update: boolean; content: DisplayContent }
  | { type: "clear"; run: number; wait: boolean }
  | { type: "question"; run: number; question: number; prompt: string; password: boolean }
  /** Whether the cell's first part runs now, which a signal can stop wherever it is. */
  | { type: "phase"; stoppable: boolean }
  /** An interrupt has been heard. */
  | { type: "interrupted" }
  | RunEnd;

/** File descriptors of the pipes, as the process of the cells sees them. */
export const PIPES = { news: 3, orders: 4, watch: 5 } as const;

/** Puts lines together again that arrive in pieces, and reads each as JSON. */
export function lineReader<T>(receive: (message: T) => void): (data: Buffer) => void {
  let pieces: Buffer[] = [];
  return (data) => {
    let from = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
      pieces.push(data.subarray(from, end));
      const line = Buffer.concat(pieces).toString("utf8");
      pieces = [];
      from = end + 1;
      receive(JSON.parse(line) as T);
    }
    if (from < data.length) pieces.push(data.subarray(from));
  };
}
