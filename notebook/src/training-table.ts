import { count } from "./numbers";
import type { CallbackContext, Logs, TrainerCallback } from "finetune-ts";
import { type LiveDisplay, openDisplay } from "./display";
import type { ProgressState } from "./progress-line";
import { Throttle } from "./throttle";
import { type TrainingRow, trainingView } from "./training-view";

/** Evaluation figures about speed, which the table leaves out. */
const LEFT_OUT = ["runtime", "samples_per_second", "steps_per_second"];

let running: TrainingTable | undefined;

/** The training run that is being shown, if there is one. */
export function runningTraining(): TrainingTable | undefined {
  return running;
}

/**
 * Live view of a training run: a progress bar, and under it the table
 * `Epoch | Training Loss | Validation Loss | Accuracy`, which gains a row with each evaluation. Several evaluation sets
 * share a row, each with columns of its own: `Matched Loss | Matched Accuracy | Mismatched Loss …`.
 * Runs that never evaluate list the training loss by step instead.
 *
 * @see transformers.utils.notebook.NotebookProgressCallback
 */
export class TrainingTable implements TrainerCallback {
  private rows: TrainingRow[] = [];
  private view: LiveDisplay | undefined;
  private throttle = new Throttle();
  private started = 0;
  private firstStep = 0;
  private trainingLoss: number | undefined;
  private tokensPerSecond: number | undefined;
  private progress: ProgressState | undefined;
  private stage: ProgressState | undefined;
  /** The step that the last row is about, if that row is from an evaluation. */
  private evaluatedStep: number | undefined;

  onTrainBegin(context: CallbackContext): void {
    this.rows = [];
    // Several short runs in one cell say together what they came to.
    if (context.args.disableTqdm) return;
    this.view = openDisplay();
    this.throttle = new Throttle();
    this.started = performance.now();
    this.firstStep = context.state.globalStep;
    this.trainingLoss = undefined;
    this.tokensPerSecond = undefined;
    this.evaluatedStep = undefined;
    this.stage = undefined;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the one that runs, not a stand-in for `this`
    running = this;
    this.draw(context);
  }

  onStepEnd(context: CallbackContext): void {
    if (this.throttle.ready()) this.draw(context);
  }

  onLog(context: CallbackContext, logs: Logs): void {
    if (logs.loss === undefined) return;
    this.trainingLoss = logs.loss;
    this.tokensPerSecond = context.throughput?.tokensPerSecond;
    if (context.args.evalStrategy !== "no") return;
    this.rows.push({ Step: context.state.globalStep, "Training Loss": logs.loss });
    this.evaluatedStep = undefined;
    this.draw(context);
  }

  onEvaluate(context: CallbackContext, metrics: Logs): void {
    // An evaluation outside of training has no table to add to.
    if (!this.view) return;
    const { state, args } = context;
    const row: TrainingRow =
      args.evalStrategy === "steps" ? { Step: state.globalStep } : { Epoch: shortened(state.epoch) };
    row["Training Loss"] = this.trainingLoss ?? "No log";
    Object.assign(row, evaluationColumns(metrics));
    // The Trainer evaluates one set after the other: the next one belongs to the same moment.
    const isSameMoment = this.evaluatedStep === state.globalStep;
    if (isSameMoment) this.rows.push({ ...this.rows.pop(), ...row });
    else this.rows.push(row);
    this.evaluatedStep = state.globalStep;
    this.draw(context);
  }

  onTrainEnd(context: CallbackContext): void {
    this.stage = undefined;
    this.draw(context);
    this.view?.close();
    this.view = undefined;
    if (running === this) running = undefined;
  }

  /** Shows what training is busy with between steps, such as an evaluation; undefined when that is over. */
  showStage(stage: ProgressState | undefined): void {
    this.stage = stage;
    this.redraw();
  }

  private draw({ state }: CallbackContext): void {
    const epoch = `epoch ${shortened(Math.min(state.epoch, state.numTrainEpochs))}/${state.numTrainEpochs}`;
    const speed = this.tokensPerSecond;
    this.progress = {
      label: "Training",
      done: state.globalStep,
      total: state.maxSteps,
      unit: "steps",
      elapsedSeconds: (performance.now() - this.started) / 1000,
      skipped: this.firstStep,
      note: speed === undefined ? epoch : `${epoch}, ${count(Math.round(speed))} tokens/s`,
    };
    this.redraw();
  }

  private redraw(): void {
    if (this.progress) this.view?.update(trainingView(this.progress, this.stage, [...this.rows]));
  }
}

/** Epochs to two digits; those of a run that hardly began to two that count. */
function shortened(epoch: number): number {
  return Number(epoch < 0.1 ? epoch.toPrecision(2) : epoch.toFixed(2));
}

/** The figures of an evaluation by column; `eval_loss` is the validation loss, `eval_matched_loss` the one of "matched". */
function evaluationColumns(metrics: Logs): TrainingRow {
  const ofSet = Object.keys(metrics).find((name) => /^eval(_.+)?_runtime$/.test(name));
  const prefix = ofSet?.slice(0, -"_runtime".length) ?? "eval";
  const left = LEFT_OUT.map((figure) => `${prefix}_${figure}`);
  const shown = Object.entries(metrics).filter(([name]) => name.startsWith("eval_") && !left.includes(name));
  return Object.fromEntries(shown.map(([name, value]) => [columnName(name), value]));
}

/** `eval_matthews_correlation` -> `Matthews Correlation`. */
function columnName(figure: string): string {
  if (figure === "eval_loss") return "Validation Loss";
  const words = figure.slice("eval_".length).split("_");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
