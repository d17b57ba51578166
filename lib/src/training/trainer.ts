import { readStateDict } from "../checkpoints/state-dict";
import type { Batch } from "../collators/batch";
import { ConfigError, FinetuneError } from "../errors";
import type { ModelOutput, TaskInputs } from "../models/model-output";
import type { Module } from "../models/module";
import type { PreTrainedModel } from "../models/pretrained-model";
import {
  defaultCallbacks,
  type CallbackContext,
  type Logs,
  type TrainerCallback,
  type TrainerControl,
} from "./callbacks";
import { rememberBest } from "./best-model";
import { isDataset, modelRows, sampleBatches, type TrainerDataset } from "./data-loader";
import { evaluationLoop, type EvaluationOutput } from "./evaluation-loop";
import { flowAfterEpoch, flowAfterStep, idleControl } from "./flow";
import { AdamW } from "./optimizer";
import { planRun, type Plan } from "./plan";
import { Precision } from "./precision";
import { ProgressCallback } from "./progress-callback";
import { checkpointToResume, keepBestOnly, loadRun, saveRun } from "./run-checkpoint";
import { getScheduler, type Schedule } from "./schedules";
import { speedMetrics } from "./speed-metrics";
import { initialState, type TrainerState } from "./state";
import { requireLoss, trainStep } from "./train-step";
import type { PredictionOutput, TrainerOptions, TrainOptions, TrainOutput } from "./trainer-options";
import { TrainingArguments } from "./training-arguments";

/** Training was stopped by Ctrl-C (SIGINT) after a whole step; the model has what it learnt so far. */
export class TrainingInterrupted extends FinetuneError {}

/**
 * Trains, evaluates and saves a model. @see transformers.Trainer
 */
export class Trainer<Model extends PreTrainedModel<object> = PreTrainedModel<object>> {
  readonly model: Model;
  readonly args: TrainingArguments;
  state: TrainerState = initialState(0, 0);
  private control: TrainerControl = idleControl();
  /** What the loss itself has to learn: trained and saved with the model, but no part of it. */
  protected readonly criterion: Module | undefined = undefined;
  private readonly callbacks: TrainerCallback[];
  /** Losses since the last log entry. */
  private recentLoss = { sum: 0, steps: 0 };
  /** Gradient norm and learning rate of the last step. */
  private lastStep: Logs = {};
  private interrupted = false;
  private readonly precision: Precision;

  constructor(private readonly options: TrainerOptions<Model>) {
    this.model = options.model;
    this.args = options.args ?? new TrainingArguments();
    this.precision = new Precision(this.args.bf16);
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
    const optimizer = new AdamW(this.trainedParameters(), args, this.options.parameterGroups);
    try {
      this.state = initialState(plan.maxSteps, plan.epochs);
      this.control = idleControl();
      this.recentLoss = { sum: 0, steps: 0 };
      if (resumeFromCheckpoint) {
        const checkpoint = await checkpointToResume(resumeFromCheckpoint, args.outputDir);
        const resumed = await loadRun(checkpoint, model, optimizer, this.criterion);
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
    const restorePrecision = await this.precision.choose();
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
    const { metrics } = await this.predictions(
      dataset,
      metricKeyPrefix,
      "Evaluating",
      !this.options.computeMetrics,
    );
    await this.log(metrics);
    for (const callback of this.callbacks) await callback.onEvaluate?.(this.context(), metrics);
    return metrics;
  }

  /** Scores for every row of a dataset; with `test_loss` and metrics where it has labels. */
  async predict(dataset: TrainerDataset): Promise<PredictionOutput> {
    const { output, metrics } = await this.predictions(dataset, "test", "Predicting", false);
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
      const scheduleFactor = schedule(state.globalStep);
      const firstMicroStep = state.globalStep * accumulation;
      const { loss, gradNorm } = await trainStep(
        model,
        optimizer,
        rows.map((indices, index) => this.collate(dataset, indices, firstMicroStep + index, true)),
        {
          scheduleFactor,
          maxGradNorm: args.maxGradNorm,
          computeLoss: (batch) => requireLoss(this.computeLoss(batch, true), model, batch),
          firstMicroStep,
        },
      );
      state.globalStep++;
      // Of batches, not of steps: the last step of an epoch may have fewer of them.
      state.epoch = epoch + Math.min((step + 1) * accumulation, plan.batchesPerEpoch) / plan.batchesPerEpoch;
      lossSum += loss;
      this.recentLoss.sum += loss;
      this.recentLoss.steps++;
      this.lastStep = { grad_norm: gradNorm, learning_rate: args.learningRate * scheduleFactor };
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
        criterion: this.criterion,
        optimizer,
        state,
        args,
        processingClass: this.options.processingClass,
      });
      await this.call("onSave");
    }
  }

  /** The batch of these rows of a dataset. */
  protected collate(dataset: TrainerDataset, indices: Int32Array, step: number, training: boolean): Batch {
    const { dataCollator } = this.options;
    const rows = modelRows(dataset, indices, dataCollator.extraColumns);
    return dataCollator(rows, { seed: this.args.dataSeed ?? this.args.seed, step, training });
  }

  /**
   * The model's output with its loss; without one where not `labelled`. Override it to minimise something else.
   *
   * @see transformers.Trainer.compute_loss
   */
  protected computeLoss(batch: Batch, labelled: boolean): Partial<ModelOutput> {
    const inputs = (labelled ? batch : { ...batch, labels: undefined }) as TaskInputs;
    const options = { labelSmoothing: this.args.labelSmoothingFactor };
    return this.model.forward(inputs, options) as Partial<ModelOutput>;
  }

  private *trainedParameters() {
    yield* this.model.namedParameters();
    if (this.criterion) yield* this.criterion.namedParameters("criterion.");
  }

  private async predictions(
    dataset: TrainerDataset,
    prefix: string,
    description: string,
    lossOnly: boolean,
  ): Promise<{ output: EvaluationOutput; metrics: Logs }> {
    const { model, args, options } = this;
    const restorePrecision = await this.precision.choose();
    const started = performance.now();
    const batchSize = args.perDeviceEvalBatchSize;
    const output = await evaluationLoop(model, dataset, {
      collate: (indices, step) => this.collate(dataset, indices, step, false),
      forward: (batch, labelled) => this.computeLoss(batch, labelled),
      batchSize,
      lossOnly: lossOnly || args.predictionLossOnly,
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
