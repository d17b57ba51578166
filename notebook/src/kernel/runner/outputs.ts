import { isJsonType, type CodeCell, type MimeBundle, type Output } from "./notebook-file";
import type { Message } from "../protocol/wire";

type DisplayOutput = Extract<Output, { data: MimeBundle }>;
type StreamOutput = Extract<Output, { output_type: "stream" }>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/**
 * What a terminal would show of a text with carriage returns: of each line the last thing written over it.
 * Progress bars leave their final state, not each of their states.
 */
export function collapseCarriageReturns(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => {
      const written = line.split("\r");
      return written.reduce((shown, part) => {
        if (part === "") return shown;
        // eslint-disable-next-line no-control-regex
        const [kept = "", ...erased] = part.split(/\x1b\[[02]?K/);
        return erased.length > 0 ? kept + erased.join("") : kept + shown.slice(kept.length);
      }, "");
    })
    .join("\n");
}

/** Texts of JSON types are parsed (tslab only sends strings); one that is no JSON is left out. */
function readData(value: unknown): MimeBundle {
  const data: MimeBundle = {};
  for (const [type, part] of Object.entries(isObject(value) ? value : {})) {
    if (!isJsonType(type) || typeof part !== "string") {
      data[type] = part;
      continue;
    }
    try {
      data[type] = JSON.parse(part);
    } catch {
      data["text/plain"] ??= part;
    }
  }
  return data;
}

/** Turns the messages of a run into the outputs of its cells, as a notebook file keeps them. */
export class OutputRecorder {
  /** Everything that was shown under a display id, in whichever cell, changes with it. */
  private readonly displays = new Map<string, DisplayOutput[]>();
  /** Cells that asked to be cleared when their next output comes. */
  private readonly clearing = new Set<CodeCell>();

  record(cell: CodeCell, { header, content }: Message): void {
    switch (header.msg_type) {
      case "stream":
        return this.recordStream(cell, content.name === "stderr" ? "stderr" : "stdout", String(content.text));
      case "display_data":
        return this.recordDisplay(cell, content, {
          output_type: "display_data",
          data: readData(content.data),
          metadata: isObject(content.metadata) ? content.metadata : {},
        });
      case "execute_result":
        return this.recordDisplay(cell, content, {
          output_type: "execute_result",
          data: readData(content.data),
          metadata: isObject(content.metadata) ? content.metadata : {},
          execution_count: typeof content.execution_count === "number" ? content.execution_count : null,
        });
      case "update_display_data":
        return this.updateDisplays(content);
      case "error": {
        const { ename, evalue, traceback } = content;
        const lines = Array.isArray(traceback) ? traceback.map(String) : [];
        return this.add(cell, {
          output_type: "error",
          ename: String(ename),
          evalue: String(evalue),
          traceback: lines,
        });
      }
      case "clear_output":
        if (content.wait === true) this.clearing.add(cell);
        else cell.outputs = [];
        return;
    }
  }

  private add(cell: CodeCell, output: Output): void {
    if (this.clearing.delete(cell)) cell.outputs = [];
    cell.outputs.push(output);
  }

  private recordStream(cell: CodeCell, name: string, text: string): void {
    const last = cell.outputs.at(-1);
    let stream: StreamOutput;
    if (last?.output_type === "stream" && last.name === name && !this.clearing.has(cell)) stream = last;
    else {
      stream = { output_type: "stream", name, text: "" };
      this.add(cell, stream);
    }
    // Only the line that the text continues can be written over.
    const line = stream.text.lastIndexOf("\n") + 1;
    const continued = stream.text.slice(line) + text;
    // A return at the very end may be the first half of "\r\n", or be followed by what overwrites the line.
    const [, body = "", tail = ""] = /^([^]*?)(\r*)$/.exec(continued) ?? [];
    stream.text = stream.text.slice(0, line) + collapseCarriageReturns(body) + tail;
  }

  private recordDisplay(cell: CodeCell, content: Message["content"], output: DisplayOutput): void {
    this.add(cell, output);
    const id = displayId(content);
    if (id !== undefined) this.displays.set(id, [...(this.displays.get(id) ?? []), output]);
  }

  private updateDisplays(content: Message["content"]): void {
    for (const output of this.displays.get(displayId(content) ?? "") ?? []) {
      output.data = readData(content.data);
      output.metadata = isObject(content.metadata) ? content.metadata : {};
    }
  }

  /** Removes what only a running terminal needs. Call when the run is over. */
  finish(cells: readonly CodeCell[]): void {
    for (const { outputs } of cells) {
      for (const output of outputs) {
        if (output.output_type === "stream") output.text = collapseCarriageReturns(output.text);
      }
    }
  }
}

/** The id under which a display can be updated. */
export function displayId(content: Message["content"]): string | undefined {
  const { transient } = content;
  return isObject(transient) && typeof transient.display_id === "string" ? transient.display_id : undefined;
}
