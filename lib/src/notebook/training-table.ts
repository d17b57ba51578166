import type { CallbackContext, Logs, TrainerCallback } from "../training/callbacks";
import { type LiveDisplay, openDisplay } from "./display";
import type { Displayable } from "./mime";
import { progressHtml, type ProgressState, progressText } from "./progress-line";
import { table } from "./tables";
import { Throttle } from "./throttle";

/** Evaluation figures about speed, which the table leaves out. */
const SPEED = new Set(["eval_runtime", "eval_samples_per_second", "eval_steps_per_second", "eval_loss"]);

/** Columns that are counted, not measured. */
const COUNTED = new Set(["Epoch", "Step"]);

type Row = Record<string, string | number>;

/**
 * Live view of a training run: a progress bar, and under it the table
 * `Epoch | Training Loss | Validation Loss | Accuracy`, which gains a row with each evaluation.
 * Runs that never evaluate list the training loss by step instead.
 *
 * @see transformers.utils.notebook.NotebookProgressCallback
 */
export class TrainingTable implements TrainerCallback {
  private rows: Row[] = [];
  private view: LiveDisplay | undefined;
  private throttle = new Throttle();
  private started = 0;
  private firstStep = 0;
  private trainingLoss: number | undefined;

  onTrainBegin({ state, ...context }: CallbackContext): void {
    this.rows = [];
    this.view = openDisplay();
    this.throttle = new Throttle();
    this.started = performance.now();
    this.firstStep = state.globalStep;
    this.trainingLoss = undefined;
    this.draw({ state, ...context });
  }

  onStepEnd(context: CallbackContext): void {
    if (this.throttle.ready()) this.draw(context);
  }

  onLog(context: CallbackContext, logs: Logs): void {
    if (logs.loss === undefined) return;
    this.trainingLoss = logs.loss;
    if (context.args.evalStrategy !== "no") return;
    this.rows.push({ Step: context.state.globalStep, "Training Loss": logs.loss });
    this.draw(context);
  }

  onEvaluate(context: CallbackContext, metrics: Logs): void {
    // A plain evaluate() outside of training has no table to add to.
    if (!this.view) return;
    const { state, args } = context;
    const row: Row =
      args.evalStrategy === "steps" ? { Step: state.globalStep } : { Epoch: Number(state.epoch.toFixed(2)) };
    row["Training Loss"] = this.trainingLoss ?? "No log";
    if (metrics.eval_loss !== undefined) row["Validation Loss"] = metrics.eval_loss;
    for (const [name, value] of Object.entries(metrics)) {
      if (name.startsWith("eval_") && !SPEED.has(name)) row[columnName(name)] = value;
    }
    this.rows.push(row);
    this.draw(context);
  }

  onTrainEnd(context: CallbackContext): void {
    this.draw(context);
    this.view?.close();
    this.view = undefined;
  }

  private draw({ state }: CallbackContext): void {
    this.view?.update(
      trainingView(
        {
          label: "Training",
          done: state.globalStep,
          total: state.maxSteps,
          unit: "steps",
          elapsedSeconds: (performance.now() - this.started) / 1000,
          skipped: this.firstStep,
          note: `epoch ${epochsDone(state.epoch, state.numTrainEpochs)}/${state.numTrainEpochs}`,
        },
        [...this.rows],
      ),
    );
  }
}

function trainingView(progress: ProgressState, rows: readonly Row[]): Displayable {
  return {
    toMimeBundle() {
      const text = progressText(progress);
      const html = progressHtml(progress);
      if (rows.length === 0) return { "text/plain": text, "text/html": html };
      const names = new Set(rows.flatMap((row) => Object.keys(row)));
      const format = Object.fromEntries(
        [...names].filter((name) => !COUNTED.has(name)).map((name) => [name, fourDecimals]),
      );
      const figures = table(rows, { format, maxRows: Infinity }).toMimeBundle();
      return {
        "text/plain": `${text}\n\n${figures["text/plain"]}`,
        "text/html": `${html}<div style="margin-top:.75em">${figures["text/html"] ?? ""}</div>`,
      };
    },
  };
}

function fourDecimals(value: string | number): string {
  return typeof value === "number" ? value.toFixed(4) : value;
}

/** Fractions of an epoch with two digits, whole ones without. */
function epochsDone(epoch: number, epochs: number): string {
  return String(Number(Math.min(epoch, epochs).toFixed(2)));
}

/** `eval_matthews_correlation` -> `Matthews Correlation`. */
function columnName(figure: string): string {
  const words = figure.slice("eval_".length).split("_");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
