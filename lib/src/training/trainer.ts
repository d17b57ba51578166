import path from "node:path";
import type { Batch, DataCollator } from "../collators/batch";
import * as tf from "../tfjs";
import { collatorFor } from "../collators/collator-for";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import type { ModelOutput, TaskInputs } from "../models/model-output";
import type { Module } from "../models/module";
import type { PreTrainedModel } from "../models/pretrained-model";
import { CallbackHandler, type CallbackOrClass } from "./callback-handler";
import { defaultCallbacks, type Logs, type TrainerCallback } from "./callbacks";
import { columnsOf, isDataset, modelRows, withLabelNames, type TrainerDataset } from "./data-loader";
import { hiddenRowsOf, namingDatasetRows } from "./dataset-rows";
import { evaluationLoop, type EvaluationOptions, type EvaluationOutput } from "./evaluation-loop";
import {
  searchHyperparameters,
  type BestRun,
  type HyperparameterSearchOptions,
} from "./hyperparameter-search/search";
import { Interrupts } from "./interrupts";
import { metricsOf } from "./metrics";
import { checkParameters, createOptimizer, trainedParameters } from "./optimizers/create-optimizer";
import { planRun } from "./plan";
import { Precision } from "./precision";
import { ProgressCallback } from "./progress-callback";
import { describeMetrics, writeMetrics } from "./reports/metric-files";
import { writeModelCard, type ModelCardOptions } from "./reports/model-card";
import type { PushedCommit } from "../hub/push";
import { pushRun, type PushRunOptions } from "./reports/push-run";
import { reportingCallbacks } from "./reports/report-to";
import { asActiveRun } from "./run/active-runs";
import { setupOf } from "./run/setup";
import { TrainingRun } from "./run/training-run";
import { LearningRate } from "./schedules/learning-rate";
import { speedMetrics } from "./speed-metrics";
import { writeState, type TrainerState } from "./state";
import { requireLoss } from "./train-step";
import {
  checkOptions,
  TRAINER_OPTIONS,
  type PredictionOutput,
  type TrainerOptions,
  type TrainOptions,
  type TrainOutput,
} from "./trainer-options";
import { TrainingArguments } from "./training-arguments";
import { TrainingLoop } from "./training-loop";

/**
 * Trains, evaluates and saves a model. @see transformers.Trainer
 *
 * @example
 * const trainer = new Trainer({
 *   model,
 *   args: new TrainingArguments({ outputDir: "out", evalStrategy: "epoch", learningRate: 1e-4 }),
 *   trainDataset: tokenizedDatasets.train,
 *   evalDataset: tokenizedDatasets.validation,
 *   computeMetrics: ({ predictions, labelIds }) => metric.compute({ predictions: argmax(predictions), references: labelIds }),
 * });
 * await trainer.train();
 */
export class Trainer<Model extends PreTrainedModel<object> = PreTrainedModel<object>> {
  readonly args: TrainingArguments;
  /** What the loss itself has to learn: trained and saved with the model, but no part of it. */
  protected readonly criterion: Module | undefined = undefined;
  /** Makes batches. */
  protected readonly dataCollator: DataCollator;
  private readonly callbacks: CallbackHandler;
  private current: Model | undefined;
  /** The dataset's rows of each batch. */
  private readonly rows = new WeakMap<Batch, Int32Array>();
  private readonly precision: Precision;
  private readonly evaluationPrecision: Precision;
  /** While `train` runs. */
  private interrupts: Interrupts | undefined;

  /** What may stand in the options of this class; of others that extend it, they know. */
  static readonly optionNames: readonly string[] = TRAINER_OPTIONS;

  /** @throws ConfigError for an option that does not exist, or an evaluation without a dataset */
  constructor(private readonly options: TrainerOptions<Model>) {
    if (Object.hasOwn(new.target, "optionNames")) {
      refuseUnknownOptions(new.target.name, options, new.target.optionNames);
    }
    this.current = options.model;
    this.args = options.args ?? new TrainingArguments();
    checkOptions(options, this.args);
    this.precision = new Precision(this.args.bf16);
    this.evaluationPrecision = new Precision(this.args.bf16 || this.args.bf16FullEval);
    this.dataCollator = options.dataCollator ?? collatorFor(options.processingClass);
    const byDefault = defaultCallbacks();
    const { processingClass, trainDataset, evalDataset } = options;
    const modelOf = () => this.model;
    this.callbacks = new CallbackHandler(
      {
        ...{ args: this.args, processingClass, trainDataset, evalDataset },
        get model() {
          return modelOf();
        },
      },
      [
        ...(byDefault.length > 0 ? byDefault : [new ProgressCallback()]),
        ...reportingCallbacks(this.args),
        ...(options.callbacks ?? []),
      ],
    );
  }

  /** @throws ConfigError where `modelInit` has not made it yet */
  get model(): Model {
    if (this.current) return this.current;
    throw new ConfigError("Trainer: there is no model yet; modelInit makes it when train() begins.");
  }

  /** Where the run stands, or the last one stood. */
  get state(): TrainerState {
    return this.callbacks.state;
  }

  addCallback(callback: TrainerCallback): void {
    this.callbacks.add(callback);
  }

  /** Takes out a callback, or the first of a class: `removeCallback(ProgressCallback)`. @returns it, if it was there */
  removeCallback(callback: CallbackOrClass): TrainerCallback | undefined {
    return this.callbacks.remove(callback);
  }

  /**
   * Trains the model. SIGINT, SIGTERM and SIGHUP end it after the step that is under way: its checkpoint is written, and the
   * output says so. A second signal ends the process at once.
   *
   * @throws ConfigError if there is nothing to train on, a run is resumed that cannot go on like this, or another one
   *   writes checkpoints into the same folder; CheckpointError if there is nothing to resume from; TrainingDiverged where a loss
   *   is not finite, unless `nanPolicy` says otherwise
   */
  async train(options: TrainOptions = {}): Promise<TrainOutput> {
    refuseUnknownOptions("Trainer.train", options, ["resumeFromCheckpoint"]);
    const { resumeFromCheckpoint = false } = options;
    const { args } = this;
    const dataset = this.options.trainDataset;
    if (!dataset || dataset.length === 0) {
      throw new ConfigError(`Trainer.train: trainDataset ${dataset ? "is empty" : "is missing"}.`);
    }
    const plan = planRun(args, dataset.length);
    const [ownOptimizer, ownSchedule] = this.options.optimizers ?? [];
    const learningRate = new LearningRate(args, plan.maxSteps, ownSchedule);
    const interrupts = new Interrupts();
    return await asActiveRun(args, interrupts, async () => {
      const model = await this.modelOfRun();
      const { criterion, precision, callbacks } = this;
      const { processingClass, parameterGroups } = this.options;
      if (ownOptimizer) checkParameters(ownOptimizer, model, criterion);
      const optimizer =
        ownOptimizer ?? createOptimizer(trainedParameters(model, criterion), args, parameterGroups);
      try {
        this.interrupts = interrupts;
        const setup = setupOf(model, args, dataset);
        const run = new TrainingRun({
          ...{ model, criterion, optimizer, learningRate, setup, callbacks, processingClass },
        });
        await run.begin(plan, resumeFromCheckpoint);
        await precision.prepare();
        const loop = new TrainingLoop({
          ...{ model, optimizer, dataset, plan, learningRate, precision, interrupts, callbacks },
          losses: run.losses,
          collate: (rows, step) => this.batchOf(dataset, rows, step, true),
          computeLoss: (batch) => requireLoss(this.lossOf(batch, true), model, batch, columnsOf(dataset)),
          evaluate: () => this.evaluate(),
          save: () => run.save(),
        });
        return await this.run(loop, run, interrupts);
      } finally {
        this.interrupts = undefined;
        callbacks.end();
        if (!ownOptimizer) optimizer.dispose();
      }
    }).finally(() => interrupts.dispose());
  }

  /** The Trainer's model, or a new one of `modelInit`'s. */
  private async modelOfRun(): Promise<Model> {
    const { modelInit } = this.options;
    if (!modelInit) return this.model;
    this.current?.dispose();
    this.current = undefined;
    return (this.current = await modelInit());
  }

  private async run(loop: TrainingLoop, run: TrainingRun, interrupts: Interrupts): Promise<TrainOutput> {
    const { args, model, callbacks, state } = this;
    const started = performance.now();
    const { globalStep: firstStep, numInputTokensSeen: tokensBefore } = state;
    model.train();
    model.context.seed = args.seed;
    if (args.gradientCheckpointing) model.gradientCheckpointingEnable();
    try {
      await callbacks.call("onTrainBegin");
      await loop.run();
      const { signal } = interrupts;
      if (signal && state.globalStep > firstStep) await run.saveOnce();
      const steps = state.globalStep - firstStep;
      const examples = steps * args.perDeviceTrainBatchSize * args.gradientAccumulationSteps;
      const tokens =
        args.includeNumInputTokensSeen === "no" ? undefined : state.numInputTokensSeen - tokensBefore;
      const speed = speedMetrics("train", started, examples, steps, tokens);
      const metrics = { ...speed, train_loss: run.losses.mean };
      const output = { globalStep: state.globalStep, trainingLoss: metrics.train_loss, metrics };
      if (signal) {
        const where = `after step ${state.globalStep} of ${state.maxSteps}`;
        console.warn(
          `Training was interrupted by ${signal} ${where}; resumeFromCheckpoint: true goes on from there.`,
        );
        return { ...output, interrupted: signal };
      }
      await callbacks.log(metrics);
      if (args.loadBestModelAtEnd) await run.loadBest();
      return output;
    } finally {
      model.eval();
      await callbacks.call("onTrainEnd");
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
    const { metrics } = await this.predictions(dataset, metricKeyPrefix, "Evaluating", {
      lossOnly: !this.options.computeMetrics,
      // A loss that learns something of its own is computed without labels.
      isLeftOut: this.criterion
        ? undefined
        : hiddenRowsOf(withLabelNames(dataset, this.args.labelNames), this.model),
    });
    const notFinite = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
    if (notFinite) {
      const [name, value] = notFinite;
      console.warn(
        `Evaluation at step ${this.state.globalStep}: ${name} is ${value}. It does not count as best.`,
      );
    }
    await this.callbacks.log(metrics);
    await this.callbacks.metrics("onEvaluate", metrics);
    return metrics;
  }

  /** Scores for every row; with labels, loss and metrics too, whose names begin with `metricKeyPrefix` (default "test"). */
  async predict(
    dataset: TrainerDataset,
    options: { metricKeyPrefix?: string } = {},
  ): Promise<PredictionOutput> {
    refuseUnknownOptions("Trainer.predict", options, ["metricKeyPrefix"]);
    const { metricKeyPrefix: prefix = "test" } = options;
    const { output, metrics } = await this.predictions(dataset, prefix, "Predicting", { lossOnly: false });
    await this.callbacks.metrics("onPredict", metrics);
    return { predictions: output.logits, labelIds: output.labelIds, metrics };
  }

  /**
   * Trains with many settings, each time a new model of `modelInit`'s, and says which were the best. The Trainer's own model
   * and state stay as they are; a run's checkpoints go into `run-<number>` of the output folder.
   *
   * @throws ConfigError without `modelInit`, or for a space with nothing in it
   * @example
   * const { hyperparameters } = await trainer.hyperparameterSearch({
   *   hpSpace: { learningRate: { low: 1e-5, high: 1e-4, log: true }, perDeviceTrainBatchSize: [8, 16, 32] },
   *   direction: "maximize",
   *   nTrials: 10,
   * });
   */
  async hyperparameterSearch(options: HyperparameterSearchOptions): Promise<BestRun> {
    if (!this.options.modelInit) {
      throw new ConfigError("Trainer.hyperparameterSearch: it needs modelInit, a new model for each run.");
    }
    const { outputDir, seed } = this.args;
    return await searchHyperparameters(options, seed, async (hyperparameters, number) => {
      const settings = { ...this.args, ...hyperparameters, outputDir: path.join(outputDir, `run-${number}`) };
      const trainer = new Trainer({ ...this.options, args: new TrainingArguments(settings) });
      try {
        const { interrupted } = await trainer.train();
        return interrupted ? { metrics: {}, interrupted } : { metrics: await trainer.evaluate() };
      } finally {
        trainer.current?.dispose();
      }
    });
  }

  /** Writes the state into the output folder, as `trainer_state.json`. */
  async saveState(): Promise<void> {
    await writeState(this.args.outputDir, this.state);
  }

  /** Prints figures in columns: `logMetrics("eval", await trainer.evaluate())`. */
  logMetrics(split: string, metrics: Logs): void {
    console.log(describeMetrics(split, metrics));
  }

  /**
   * Writes figures into the output folder, as `<split>_results.json`.
   *
   * @param combined  whether they are added to `all_results.json` too. Default true
   */
  async saveMetrics(split: string, metrics: Logs, combined = true): Promise<void> {
    await writeMetrics(this.args.outputDir, split, metrics, combined);
  }

  /** Writes a model card, `README.md`, into the output folder: arguments, results, and what the options say. */
  async createModelCard(options: ModelCardOptions = {}): Promise<void> {
    await writeModelCard(this.args.outputDir, options, this);
  }

  /** Sends model, tokenizer and model card with the results to the Hub: to "my-model" of your account, or "owner/my-model". */
  async pushToHub(name: string, options: PushRunOptions = {}): Promise<PushedCommit> {
    return await pushRun(this, name, options);
  }

  /** Writes model and tokenizer into a folder; by default the output folder. */
  async saveModel(directory: string = this.args.outputDir): Promise<void> {
    await this.model.savePretrained(directory);
    await this.options.processingClass?.savePretrained(directory);
  }

  /** The batch of these rows of a dataset. */
  protected collate(dataset: TrainerDataset, indices: Int32Array, step: number, training: boolean): Batch {
    const { dataCollator } = this;
    const rows = modelRows(withLabelNames(dataset, this.args.labelNames), indices, dataCollator.extraColumns);
    return dataCollator(rows, { seed: this.args.dataSeed ?? this.args.seed, step, training });
  }

  /**
   * The model's output with its loss; without one where not `labelled`. Override it to minimise something else.
   *
   * @see transformers.Trainer.compute_loss
   */
  protected computeLoss(batch: Batch, labelled: boolean): Partial<ModelOutput> {
    const { computeLossFunc } = this.options;
    const unlabelled = { ...batch, labels: undefined } as TaskInputs;
    if (labelled && batch.labels && computeLossFunc) {
      const output = this.model.forward(unlabelled) as Partial<ModelOutput>;
      return { ...output, loss: tf.tidy(() => computeLossFunc(output, batch.labels!, batch)) };
    }
    const options = { labelSmoothing: this.args.labelSmoothingFactor };
    return this.model.forward(labelled ? batch : unlabelled, options) as Partial<ModelOutput>;
  }

  private batchOf(dataset: TrainerDataset, indices: Int32Array, step: number, training: boolean): Batch {
    const batch = namingDatasetRows(indices, () => this.collate(dataset, indices, step, training));
    this.rows.set(batch, indices);
    return batch;
  }

  private lossOf(batch: Batch, labelled: boolean): Partial<ModelOutput> {
    return namingDatasetRows(this.rows.get(batch), () => this.computeLoss(batch, labelled));
  }

  private async predictions(
    dataset: TrainerDataset,
    prefix: string,
    description: string,
    { lossOnly, isLeftOut }: Pick<EvaluationOptions, "lossOnly" | "isLeftOut">,
  ): Promise<{ output: EvaluationOutput; metrics: Logs }> {
    const { model, args, options } = this;
    await this.evaluationPrecision.prepare();
    const started = performance.now();
    const batchSize = args.perDeviceEvalBatchSize;
    const output = await evaluationLoop(model, dataset, {
      collate: (indices, step) => this.batchOf(dataset, indices, step, false),
      forward: (batch, labelled) => this.evaluationPrecision.run(() => this.lossOf(batch, labelled)),
      isLeftOut,
      batchSize,
      lossOnly: lossOnly || args.predictionLossOnly,
      preprocessLogits: options.preprocessLogitsForMetrics,
      include: args.includeForMetrics,
      description,
      showProgress: !args.disableTqdm,
      isInterrupted: () => this.interrupts?.signal !== undefined,
      onStep: () => this.callbacks.call("onPredictionStep"),
    });
    const metrics = await metricsOf(prefix, output, options.computeMetrics);
    const speed = speedMetrics(prefix, started, dataset.length, Math.ceil(dataset.length / batchSize));
    return { output, metrics: { ...metrics, ...speed } };
  }
}
