import type { ProgressBar, ProgressOptions } from "../progress";
import { openDisplay } from "./display";
import { progressLine } from "./progress-line";
import { Throttle } from "./throttle";

/** A ProgressReporter that draws the bar in the cell and leaves its last state there. */
export function notebookProgress({ label, total, unit = "it" }: ProgressOptions): ProgressBar {
  const view = openDisplay();
  const throttle = new Throttle();
  // Work that is done in an instant is drawn once, when it is done.
  throttle.ready();
  const started = performance.now();
  let state = { done: 0, note: "" };
  let finished = false;
  const draw = () => {
    const elapsedSeconds = (performance.now() - started) / 1000;
    view.update(progressLine({ label, total, unit, elapsedSeconds, ...state }));
  };
  return {
    update(done, note = "") {
      state = { done, note };
      if (!finished && throttle.ready()) draw();
    },
    finish() {
      if (finished) return;
      finished = true;
      draw();
      view.close();
    },
  };
}
