import { count } from "./numbers";
import { escapeHtml } from "finetune-ts/internal";
import type { Displayable } from "./mime";
import { textColumns } from "./text-columns";
import { wrapText } from "./wrap-text";

/** Where a piece of work stands. */
export interface ProgressState {
  label: string;
  done: number;
  total: number;
  /** What is counted, plural. */
  unit: string;
  elapsedSeconds: number;
  note?: string;
  /** Items that were done before the clock started, as in a resumed run. Default 0. */
  skipped?: number;
}

/** Characters of the bar: the most that fit beside the figures, in few sizes, so that it does not flicker with each figure. */
const BARS = [20, 10, 5];

/** A progress bar with its figures: drawn in a page, one line of text in a terminal. */
export function progressLine(state: ProgressState): Displayable {
  return {
    toMimeBundle: () => ({ "text/plain": progressText(state), "text/html": progressHtml(state) }),
  };
}

export function progressText(state: ProgressState): string {
  const beside = figures(state);
  const room = textColumns() - state.label.length - beside.length - 2;
  const width = BARS.find((bar) => bar <= room);
  if (width === undefined) return wrapText(`${state.label} ${beside}`, textColumns()).join("\n");
  const filled = Math.round(width * share(state));
  return `${state.label} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${beside}`;
}

export function progressHtml(state: ProgressState): string {
  const percent = (100 * share(state)).toFixed(1);
  return (
    `<div style="display:flex;align-items:center;gap:.75em;font-size:.9em;font-variant-numeric:tabular-nums">` +
    `<span style="min-width:8em">${escapeHtml(state.label)}</span>` +
    `<span role="progressbar" aria-valuenow="${percent}" style="flex:0 0 12em;height:.6em;border-radius:.3em;overflow:hidden;background:rgba(128,128,128,.25)">` +
    `<span style="display:block;width:${percent}%;height:100%;background:#0072B2"></span></span>` +
    `<span style="opacity:.8">${escapeHtml(figures(state))}</span></div>`
  );
}

/** Seconds as `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

function share({ done, total }: ProgressState): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}

/** `120/400 steps, 0:10 < 0:23, 12.1/s, loss 0.51`: passed time before the remaining one, as tqdm writes it. */
function figures({ done, total, unit, elapsedSeconds, note, skipped = 0 }: ProgressState): string {
  const rate = (done - skipped) / Math.max(elapsedSeconds, 1e-3);
  const remaining = done < total && rate > 0 ? ` < ${clock((total - done) / rate)}` : "";
  const speed = done > skipped ? [`${rate >= 10 ? count(Math.round(rate)) : rate.toFixed(1)}/s`] : [];
  return [
    `${count(done)}/${count(total)} ${unit}`,
    clock(elapsedSeconds) + remaining,
    ...speed,
    ...(note ? [note] : []),
  ].join(", ");
}
