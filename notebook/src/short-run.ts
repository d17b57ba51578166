import {
  accuracyOf,
  type GradedPrediction,
  gradePredictions,
  type LogEntry,
  type PreTrainedModel,
  Trainer,
  type TrainerDataset,
  type TrainerOptions,
  TrainingArguments,
  type TrainingArgumentsOptions,
} from "finetune-ts";

export interface ShortRunOptions extends Omit<TrainerOptions<PreTrainedModel>, "args" | "model"> {
  trainDataset: TrainerDataset;
  /** Says how good the run was. */
  evalDataset: TrainerDataset;
  /** Makes the model; the run frees it at its end. */
  modelInit: () => PreTrainedModel | Promise<PreTrainedModel>;
  /** Default: evaluated after each epoch, a log entry every ten steps, nothing saved and nothing shown. */
  args?: Partial<TrainingArgumentsOptions>;
}

/** What a short run came to. */
export interface ShortRun {
  /** Share of right answers on the evaluation set, after the last step. */
  accuracy: number;
  /** Each of its answers. */
  graded: GradedPrediction[];
  /** The log history, for `plotLossCurve`. */
  history: LogEntry[];
  /** The last training loss that was logged, and the last evaluation loss. */
  trainingLoss: number;
  validationLoss: number;
  /** Weights that were trained. */
  trainable: number;
  seconds: number;
}

/**
 * Trains a new model for a short while, quietly, says what came of it, and frees it again: what one compares settings with.
 *
 * @example
 * const slow = await shortRun({ modelInit: newModel, trainDataset, evalDataset, args: { learningRate: 1e-6 } });
 * const fast = await shortRun({ modelInit: newModel, trainDataset, evalDataset, args: { learningRate: 1e-4 } });
 * console.log(slow.accuracy, fast.accuracy);
 */
export async function shortRun({ args = {}, modelInit, ...options }: ShortRunOptions): Promise<ShortRun> {
  const model = await modelInit();
  try {
    const trainer = new Trainer({
      ...options,
      model,
      args: new TrainingArguments({
        outputDir: "out/short-runs",
        evalStrategy: "epoch",
        saveStrategy: "no",
        loggingSteps: 10,
        disableTqdm: true,
        ...args,
      }),
    });
    const { metrics } = await trainer.train();
    const graded = gradePredictions(await trainer.predict(options.evalDataset));
    const history = trainer.state.logHistory;
    const last = (name: string) => history.filter((entry) => entry[name] !== undefined).at(-1)?.[name] ?? NaN;
    return {
      accuracy: accuracyOf(graded),
      graded,
      history,
      trainingLoss: last("loss"),
      validationLoss: last("eval_loss"),
      trainable: model.numParameters({ onlyTrainable: true }),
      seconds: metrics.train_runtime ?? NaN,
    };
  } finally {
    model.dispose();
  }
}
