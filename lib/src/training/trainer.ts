import { readStateDict } from "../checkpoints/state-dict";
import type { DataCollator } from "../collators/batch";
import { currentEngine } from "../engines/engines";
import { ConfigError, FinetuneError } from "../errors";
import type { BertForSequenceClassification } from "../models/bert/for-sequence-classification";
import {
  defaultCallbacks,
  type CallbackContext,
  type Logs,
  type TrainerCallback,
  type TrainerControl,
} from "./callbacks";
import { rememberBest } from "./best-model";
import { isDataset, modelRows, sampleBatches, type TrainerDataset } from "./data-loader";
import { evaluationLoop, type EvaluationOutput, type LogitMatrix } from "./evaluation-loop";
import { flowAfterEpoch, flowAfterStep, idleControl } from "./flow";
import { AdamW } from "./optimizer";
import { planRun, type Plan } from "./plan";
import { ProgressCallback } from "./progress-callback";
import { checkpointToResume, keepBestOnly, loadRun, saveRun, type ProcessingClass } from "./run-checkpoint";
import { getScheduler, type Schedule } from "./schedules";
import { speedMetrics } from "./speed-metrics";
import { initialState, type TrainerState } from "./state";
import { trainStep } from "./train-step";
import { TrainingArguments } from "./training-arguments";

/** What `computeMetrics` gets. @see transformers.EvalPrediction */
export interface EvalPrediction {
  /** Scores, [rows, labels]. */
  predictions: LogitMatrix;
  labelIds: ArrayLike<number>;
}

export interface TrainerOptions {
  model: BertForSequenceClassification;
  /** Default: TrainingArguments' defaults. */
  args?: TrainingArguments;
  /** Needed by `train`. */
  trainDataset?: TrainerDataset;
  /**
   * Evaluated by `evaluate` and during training. Of several by name, each gets figures of its own: of
   * `{ matched, mismatched }`, `eval_matched_loss` and so on.
   */
  evalDataset?: TrainerDataset | Readonly<Record<string, TrainerDataset>>;
  /** Makes a batch of rows. */
  dataCollator: DataCollator;
  /** The tokenizer; saved with every checkpoint. */
  processingClass?: ProcessingClass;
  /** Figures beside the loss, under names without `eval_`. */
  computeMetrics?: (prediction: EvalPrediction) => Record<string, number>;
  callbacks?: TrainerCallback[];
}

export interface TrainOptions {
  /** Continue from this checkpoint folder, or with `true` from the newest in `outputDir`. */
  resumeFromCheckpoint?: string | boolean;
}

/** @see transformers.trainer_utils.TrainOutput */
export interface TrainOutput {
  globalStep: number;
  /** Mean over all steps of this call. */
  trainingLoss: number;
  metrics: Logs;
}

/** @see transformers.trainer_utils.PredictionOutput */
export interface PredictionOutput {
  predictions: LogitMatrix;
  labelIds: ArrayLike<number> | undefined;
  metrics: Logs;
}

/** Training was stopped by Ctrl-C (SIGINT) after a whole step; the model has what it learnt so far. */
export class TrainingInterrupted extends FinetuneError {}

/**
 * Trains, evaluates and saves a model. @see transformers.Trainer
 */
export class Trainer {
  readonly model: BertForSequenceClassification;
  readonly args: TrainingArguments;
  state: TrainerState = initialState(0, 0);
  private control: TrainerControl = idleControl();
  private readonly callbacks: TrainerCallback[];
  /** Losses since the last log entry. */
  private recentLoss = { sum: 0, steps: 0 };
  /** Gradient norm and learning rate of the last step. */
  private lastStep: Logs = {};
  private interrupted = false;
  private saidWithoutBf16 = false;

  constructor(private readonly options: TrainerOptions) {
    this.model = options.model;
    this.args = options.args ?? new TrainingArguments();
    if (this.args.evalStrategy !== "no" && !options.evalDataset) {
      throw new ConfigError(
        `Trainer: evalStrategy is '${this.args.evalStrategy}', but there is no evalDataset.`,
      );
    }
    const byDefault = defaultCallbacks();
    this.callbacks = [
      ...(byDefault.length > 0 ? byDefault : [new ProgressCallback()]),
      ...(options.callbacks ?? []),
    ];
  }

  /**
   * Trains the model.
   *
   * @throws ConfigError if there is nothing to train on; CheckpointError if there is nothing to resume from;
   *   TrainingInterrupted after Ctrl-C
   */
  async train({ resumeFromCheckpoint = false }: TrainOptions = {}): Promise<TrainOutput> {
    const { args, model } = this;
    const dataset = this.options.trainDataset;
    if (!dataset || dataset.length === 0) {
      throw new ConfigError(`Trainer.train: trainDataset ${dataset ? "is empty" : "is missing"}.`);
    }
    const plan = planRun(args, dataset.length);
    const optimizer = new AdamW(model.namedParameters(), args);
    try {
      this.state = initialState(plan.maxSteps, plan.epochs);
      this.control = idleControl();
      this.recentLoss = { sum: 0, steps: 0 };
      if (resumeFromCheckpoint) {
        const checkpoint = await checkpointToResume(resumeFromCheckpoint, args.outputDir);
        const resumed = await loadRun(checkpoint, model, optimizer);
        this.state = { ...resumed, maxSteps: plan.maxSteps, numTrainEpochs: plan.epochs };
      }
      return await this.run(dataset, optimizer, plan);
    } finally {
      optimizer.dispose();
    }
  }

  /** From the state as it stands to the end of the plan. */
  private async run(dataset: TrainerDataset, optimizer: AdamW, plan: Plan): Promise<TrainOutput> {
    const { args, model } = this;
    const restorePrecision = await this.choosePrecision();
    const stopListening = this.listenForInterrupt();
    const started = performance.now();
    const firstStep = this.state.globalStep;
    model.train();
    model.context.seed = args.seed;
    try {
      await this.call("onTrainBegin");
      const lossSum = await this.trainEpochs(dataset, optimizer, plan);
      const steps = this.state.globalStep - firstStep;
      const metrics = speedMetrics("train", started, steps * this.examplesPerStep(), steps);
      metrics.train_loss = steps > 0 ? lossSum / steps : 0;
      await this.log(metrics);
      if (args.loadBestModelAtEnd && this.state.bestModelCheckpoint) {
        const best = this.state.bestModelCheckpoint;
        model.loadStateDict(await readStateDict(best), best);
        if (args.saveTotalLimit === 1) await keepBestOnly(args, best);
      }
      return { globalStep: this.state.globalStep, trainingLoss: metrics.train_loss, metrics };
    } finally {
      stopListening();
      restorePrecision();
      model.eval();
      await this.call("onTrainEnd");
    }
  }

  /**
   * Loss and metrics over a dataset, or over each of several; by default the evaluation dataset.
   *
   * @param metricKeyPrefix  what the names of the figures begin with. Default "eval"
   * @returns figures such as `eval_loss`, `eval_accuracy` and `eval_samples_per_second`
   */
  async evaluate(
    dataset: TrainerOptions["evalDataset"] = this.options.evalDataset,
    metricKeyPrefix: string = "eval",
  ): Promise<Logs> {
    if (!dataset)
      throw new ConfigError("Trainer.evaluate: there is no evalDataset; give the dataset to evaluate on.");
    if (!isDataset(dataset)) {
      const metrics: Logs = {};
      for (const [name, each] of Object.entries(dataset)) {
        Object.assign(metrics, await this.evaluate(each, `${metricKeyPrefix}_${name}`));
      }
      return metrics;
    }
    const { metrics } = await this.predictions(dataset, metricKeyPrefix, "Evaluating");
    await this.log(metrics);
    for (const callback of this.callbacks) await callback.onEvaluate?.(this.context(), metrics);
    return metrics;
  }

  /** Scores for every row of a dataset; with `test_loss` and metrics where it has labels. */
  async predict(dataset: TrainerDataset): Promise<PredictionOutput> {
    const { output, metrics } = await this.predictions(dataset, "test", "Predicting");
    return { predictions: output.logits, labelIds: output.labelIds, metrics };
  }

  /** Writes model and tokenizer into a folder; by default the output folder. */
  async saveModel(directory: string = this.args.outputDir): Promise<void> {
    await this.model.savePretrained(directory);
    await this.options.processingClass?.savePretrained(directory);
  }

  /** @returns the sum of the losses of all steps */
  private async trainEpochs(dataset: TrainerDataset, optimizer: AdamW, plan: Plan): Promise<number> {
    const { args, state, control } = this;
    const schedule = getScheduler(args.lrSchedulerType, {
      numWarmupSteps: args.warmupStepsOf(plan.maxSteps),
      numTrainingSteps: plan.maxSteps,
      learningRate: args.learningRate,
      ...args.lrSchedulerKwargs,
    });
    let lossSum = 0;
    // A resumed run enters in the middle of an epoch, whose order is the same as before.
    let firstStep = state.globalStep % plan.stepsPerEpoch;
    for (let epoch = Math.floor(state.globalStep / plan.stepsPerEpoch); epoch < plan.epochs; epoch++) {
      if (state.globalStep >= plan.maxSteps || control.shouldTrainingStop) break;
      control.shouldEpochStop = false;
      await this.call("onEpochBegin");
      lossSum += await this.trainEpoch(epoch, firstStep, dataset, optimizer, plan, schedule);
      firstStep = 0;
      flowAfterEpoch(args, control);
      await this.call("onEpochEnd");
      await this.logEvaluateSave(optimizer);
    }
    return lossSum;
  }

  private async trainEpoch(
    epoch: number,
    firstStep: number,
    dataset: TrainerDataset,
    optimizer: AdamW,
    plan: Plan,
    schedule: Schedule,
  ): Promise<number> {
    const { args, state, control, model } = this;
    const accumulation = args.gradientAccumulationSteps;
    const batches = sampleBatches(dataset, {
      strategy: args.trainSamplingStrategy,
      batchSize: args.perDeviceTrainBatchSize,
      dropLast: args.dataloaderDropLast,
      seed: args.dataSeed ?? args.seed,
      epoch,
    });
    let lossSum = 0;
    for (let step = firstStep; step < plan.stepsPerEpoch; step++) {
      const rows = batches.slice(step * accumulation, (step + 1) * accumulation);
      const learningRate = args.learningRate * schedule(state.globalStep);
      const { loss, gradNorm } = await trainStep(
        model,
        optimizer,
        rows.map((indices) => this.options.dataCollator(modelRows(dataset, indices))),
        {
          learningRate,
          maxGradNorm: args.maxGradNorm,
          labelSmoothing: args.labelSmoothingFactor,
          firstMicroStep: state.globalStep * accumulation,
        },
      );
      state.globalStep++;
      // Of batches, not of steps: the last step of an epoch may have fewer of them.
      state.epoch = epoch + Math.min((step + 1) * accumulation, plan.batchesPerEpoch) / plan.batchesPerEpoch;
      lossSum += loss;
      this.recentLoss.sum += loss;
      this.recentLoss.steps++;
      this.lastStep = { grad_norm: gradNorm, learning_rate: learningRate };
      flowAfterStep(args, state, control);
      await this.call("onStepEnd");
      const isLastOfEpoch = step + 1 === plan.stepsPerEpoch;
      // What is due at the end of the epoch too is then done once, by the caller.
      if (!isLastOfEpoch && !control.shouldTrainingStop) await this.logEvaluateSave(optimizer);
      // Lets timers, displays and signals have their turn between steps.
      await new Promise(setImmediate);
      this.throwIfInterrupted();
      if (control.shouldTrainingStop || control.shouldEpochStop) break;
    }
    return lossSum;
  }

  /** Does what the control asks for. */
  private async logEvaluateSave(optimizer: AdamW): Promise<void> {
    const { control, state, args } = this;
    if (control.shouldLog && this.recentLoss.steps > 0) {
      await this.log({ loss: this.recentLoss.sum / this.recentLoss.steps, ...this.lastStep });
      this.recentLoss = { sum: 0, steps: 0 };
    }
    control.shouldLog = false;
    if (control.shouldEvaluate) {
      control.shouldEvaluate = false;
      rememberBest(state, args, await this.evaluate(), control.shouldSave);
    }
    if (control.shouldSave) {
      control.shouldSave = false;
      await saveRun({
        model: this.model,
        optimizer,
        state,
        args,
        processingClass: this.options.processingClass,
      });
      await this.call("onSave");
    }
  }

  private async predictions(
    dataset: TrainerDataset,
    prefix: string,
    description: string,
  ): Promise<{ output: EvaluationOutput; metrics: Logs }> {
    const { model, args, options } = this;
    const restorePrecision = await this.choosePrecision();
    const started = performance.now();
    const batchSize = args.perDeviceEvalBatchSize;
    const output = await evaluationLoop(model, dataset, {
      collate: options.dataCollator,
      batchSize,
      labelSmoothing: args.labelSmoothingFactor,
      description,
    }).finally(restorePrecision);
    const metrics: Logs = {};
    if (output.loss !== undefined) metrics[`${prefix}_loss`] = output.loss;
    if (output.labelIds && options.computeMetrics) {
      const computed = options.computeMetrics({ predictions: output.logits, labelIds: output.labelIds });
      for (const [name, value] of Object.entries(computed)) metrics[`${prefix}_${name}`] = value;
    }
    Object.assign(
      metrics,
      speedMetrics(prefix, started, dataset.length, Math.ceil(dataset.length / batchSize)),
    );
    return { output, metrics };
  }

  private async log(logs: Logs): Promise<void> {
    const { state } = this;
    state.logHistory.push({ ...logs, epoch: state.epoch, step: state.globalStep });
    for (const callback of this.callbacks) await callback.onLog?.(this.context(), logs);
  }

  private async call(event: Exclude<keyof TrainerCallback, "onLog" | "onEvaluate">): Promise<void> {
    for (const callback of this.callbacks) await callback[event]?.(this.context());
  }

  private context(): CallbackContext {
    return { args: this.args, state: this.state, control: this.control };
  }

  private examplesPerStep(): number {
    return this.args.perDeviceTrainBatchSize * this.args.gradientAccumulationSteps;
  }

  /**
   * Matrix products in bf16 if the arguments ask for it and the engine can.
   * @returns a function that goes back to the precision before
   */
  private async choosePrecision(): Promise<() => void> {
    const engine = await currentEngine();
    const before = engine.setMatMulPrecision?.(this.args.bf16 && engine.supportsBf16 ? "bf16" : "f32");
    if (this.args.bf16 && !engine.supportsBf16 && !this.saidWithoutBf16) {
      this.saidWithoutBf16 = true;
      console.warn(`bf16: the ${engine.name} engine has no bf16 matrix products; training runs in f32.`);
    }
    return () => {
      if (before) engine.setMatMulPrecision?.(before);
    };
  }

  /** @returns a function that ends the listening */
  private listenForInterrupt(): () => void {
    this.interrupted = false;
    const onInterrupt = () => {
      this.interrupted = true;
    };
    // Once: a second Ctrl-C ends the process as usual.
    process.once("SIGINT", onInterrupt);
    return () => process.off("SIGINT", onInterrupt);
  }

  private throwIfInterrupted(): void {
    if (!this.interrupted) return;
    const { globalStep, maxSteps } = this.state;
    throw new TrainingInterrupted(`Training was interrupted after step ${globalStep} of ${maxSteps}.`);
  }
}
