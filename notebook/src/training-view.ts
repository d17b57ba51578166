import type { Displayable } from "./mime";
import { progressHtml, type ProgressState, progressText } from "./progress-line";
import { table } from "./tables";

/** One line of the table: `Epoch` or `Step`, and the figures of that moment. */
export type TrainingRow = Record<string, string | number>;

/** Columns that are counted, not measured. */
const COUNTED = new Set(["Epoch", "Step"]);

/** What a training run shows: its progress, that of the stage it is busy with, and the table so far. */
export function trainingView(
  progress: ProgressState,
  stage: ProgressState | undefined,
  rows: readonly TrainingRow[],
): Displayable {
  const bars = stage ? [progress, stage] : [progress];
  return {
    toMimeBundle() {
      const text = bars.map(progressText).join("\n");
      const html = bars.map(progressHtml).join("");
      if (rows.length === 0) return { "text/plain": text, "text/html": html };
      const figures = table(rows, { format: formats(rows), maxRows: Infinity }).toMimeBundle();
      return {
        "text/plain": `${text}\n\n${figures["text/plain"]}`,
        "text/html": `${html}<div style="margin-top:.75em">${figures["text/html"] ?? ""}</div>`,
      };
    },
  };
}

function formats(rows: readonly TrainingRow[]): Record<string, (value: string | number) => string> {
  const names = rows.flatMap((row) => Object.keys(row));
  return Object.fromEntries(names.map((name) => [name, COUNTED.has(name) ? String : fourDecimals]));
}

function fourDecimals(value: string | number): string {
  return typeof value === "number" ? value.toFixed(4) : value;
}
