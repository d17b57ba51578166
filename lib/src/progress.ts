/**
 * Progress bars, wherever the code runs. Library code calls {@link startProgress}; who shows the bar is
 * registered from outside (the notebook draws one in the cell), so that no lower layer knows of displays.
 */
export interface ProgressBar {
  /** @param done items finished so far @param note short text after the figures, such as the current loss */
  update(done: number, note?: string): void;
  /** Ends the bar, at whatever count it stands. */
  finish(): void;
}

export interface ProgressOptions {
  label: string;
  total: number;
  /** What is counted, plural. Default "it". */
  unit?: string;
}

export type ProgressReporter = (options: ProgressOptions) => ProgressBar;

const REDRAW_MS = 100;

/** A bar on standard error, redrawn in place; silent where standard error is no terminal. */
function terminalReporter({ label, total, unit = "it" }: ProgressOptions): ProgressBar {
  if (!process.stderr.isTTY) return { update() {}, finish() {} };
  const started = Date.now();
  let drawn = 0;
  let last = { done: 0, note: "" };
  const draw = () => {
    const { done, note } = last;
    const filled = total > 0 ? Math.round((20 * done) / total) : 20;
    const rate = done / Math.max((Date.now() - started) / 1000, 1e-3);
    const bar = "█".repeat(filled) + "░".repeat(20 - filled);
    process.stderr.write(
      `\r${label} ${bar} ${done}/${total} ${unit}, ${rate.toFixed(rate < 10 ? 1 : 0)}/s ${note}\x1b[K`,
    );
    drawn = Date.now();
  };
  return {
    update(done, note = "") {
      last = { done, note };
      if (Date.now() - drawn >= REDRAW_MS) draw();
    },
    finish() {
      draw();
      process.stderr.write("\n");
    },
  };
}

let reporter: ProgressReporter = terminalReporter;

/**
 * Chooses who shows progress from now on; without an argument, the terminal again.
 *
 * @example
 * // No progress lines, as in a server.
 * setProgressReporter(() => ({ update: () => undefined, finish: () => undefined }));
 */
export function setProgressReporter(next: ProgressReporter = terminalReporter): void {
  reporter = next;
}

/**
 * Starts a progress bar over `total` items. Call `finish()` in a `finally`.
 *
 * @example
 * const bar = startProgress({ label: "Reading", total: 10, unit: "files" });
 * for (let file = 1; file <= 10; file++) bar.update(file);
 * bar.finish();
 */
export function startProgress(options: ProgressOptions): ProgressBar {
  return reporter(options);
}
