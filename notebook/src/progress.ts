import type { ProgressBar, ProgressOptions } from "finetune-ts";
import { openDisplay } from "./display";
import { progressLine, type ProgressState } from "./progress-line";
import { Throttle } from "./throttle";
import { runningTraining } from "./training-table";

/**
 * A ProgressReporter that draws the bar in the cell and leaves its last state there. Bars that training brings up,
 * as for an evaluation, are drawn within its view, and go when they are done.
 */
export function notebookProgress({ label, total, unit = "it" }: ProgressOptions): ProgressBar {
  const { draw, end } = runningTraining() ? withinTraining() : onItsOwn();
  const throttle = new Throttle();
  // Work that is done in an instant is drawn once, when it is done.
  throttle.ready();
  const started = performance.now();
  let state = { done: 0, note: "" };
  let finished = false;
  const current = () => ({
    label,
    total,
    unit,
    elapsedSeconds: (performance.now() - started) / 1000,
    ...state,
  });
  return {
    update(done, note = "") {
      state = { done, note };
      if (!finished && throttle.ready()) draw(current());
    },
    finish() {
      if (finished) return;
      finished = true;
      end(current());
    },
  };
}

interface Drawing {
  draw: (state: ProgressState) => void;
  end: (state: ProgressState) => void;
}

function onItsOwn(): Drawing {
  const view = openDisplay();
  const draw = (state: ProgressState) => view.update(progressLine(state));
  return {
    draw,
    end(state) {
      draw(state);
      view.close();
    },
  };
}

function withinTraining(): Drawing {
  return {
    draw: (state) => runningTraining()?.showStage(state),
    end: () => runningTraining()?.showStage(undefined),
  };
}
