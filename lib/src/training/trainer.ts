import path from "../platform/path";
import type { Batch, DataCollator } from "../collators/batch";
import * as tf from "../tfjs";
import { collatorFor } from "../collators/collator-for";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import type { ModelOutput, TaskInputs } from "../models/model-output";
import type { Module } from "../models/module";
import type { PreTrainedModel } from "../models/pretrained-model";
import { CallbackHandler, type CallbackOrClass } from "./callback-handler";
import type { Logs, TrainerCallback } from "./callbacks";
import { columnsOf, isDataset, modelRows, withLabelNames, type TrainerDataset } from "./data-loader";
import { hiddenRowsOf, namingDatasetRows, type BatchSource } from "./dataset-rows";
import { evaluationLoop, type EvaluationOptions, type EvaluationOutput } from "./evaluation-loop";
import {
  searchHyperparameters,
  type BestRun,
  type HyperparameterSearchOptions,
} from "./hyperparameter-search/search";
import { Interrupts, warnOfInterrupt } from "./interrupts";
import { metricsOf, warnOfNonFinite } from "./metrics";
import { checkParameters, createOptimizer, trainedParameters } from "./optimizers/create-optimizer";
import { planRun, type Plan } from "./plan";
import { Precision } from "./step/precision";
import { ownCallbacks } from "./reports/report-to";
import { TrainerFiles } from "./reports/trainer-files";
import { asActiveRun } from "./run/active-runs";
import { batchSizeOf, setupOf } from "./run/setup";
import { agreeOnRun } from "./run/agreement";
import { storedRun } from "./run/resume";
import { shardsOf } from "./optimizers/optimizer-shards";
import { cutBatch, type BatchPart, type WholeBatch } from "./step/batch-parts";
import { joinProcessGroup } from "../distributed/join";
import type { Range } from "../distributed/share";
import { TrainingRun } from "./run/training-run";
import { LearningRate } from "./schedules/learning-rate";
import { speedMetrics } from "./speed-metrics";
import type { TrainerState } from "./state";
import { requireLabels, requireLoss } from "./step/train-step";
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
export class Trainer<Model extends PreTrainedModel<object> = PreTrainedModel<object>> extends TrainerFiles {
  readonly args: TrainingArguments;
  /** What the loss itself has to learn: trained and saved with the model, but no part of it. */
  protected readonly criterion: Module | undefined = undefined;
  /** Makes batches. */
  protected readonly dataCollator: DataCollator;
  private readonly callbacks: CallbackHandler;
  private current: Model | undefined;
  /** Where each batch is from. */
  private readonly sources = new WeakMap<Batch, BatchSource>();
  private readonly precision: Precision;
  private readonly evaluationPrecision: Precision;
  /** While `train` runs. */
  private interrupts: Interrupts | undefined;

  /** What may stand in the options of this class; of others that extend it, they know. */
  static readonly optionNames: readonly string[] = TRAINER_OPTIONS;

  /** @throws ConfigError for an option that does not exist, or an evaluation without a dataset */
  constructor(private readonly options: TrainerOptions<Model>) {
    super();
    if (Object.hasOwn(new.target, "optionNames")) {
      refuseUnknownOptions(new.target.name, options, new.target.optionNames);
    }
    this.current = options.model;
    this.args = options.args ?? new TrainingArguments();
    checkOptions(options, this.args);
    this.precision = new Precision(this.args.bf16);
    this.evaluationPrecision = new Precision(this.args.bf16 || this.args.bf16FullEval);
    this.dataCollator = options.dataCollator ?? collatorFor(options.processingClass);
    const { processingClass, trainDataset, evalDataset } = options;
    const modelOf = () => this.model;
    this.callbacks = new CallbackHandler(
      {
        ...{ args: this.args, processingClass, trainDataset, evalDataset },
        get model() {
          return modelOf();
        },
      },
      [...ownCallbacks(this.args), ...(options.callbacks ?? [])],
    );
  }

  /** @throws ConfigError where `modelInit` has not made it yet */
  get model(): Model {
    if (this.current) return this.current;
    throw new ConfigError("Trainer: there is no model yet; modelInit makes it when train() begins.");
  }

  override get state(): TrainerState {
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
    const group = await joinProcessGroup(args.ddpTimeout);
    const interrupts = new Interrupts(group);
    return await asActiveRun(args, interrupts, async () => {
      const model = await this.modelOfRun();
      const { criterion, precision, callbacks } = this;
      const { processingClass, parameterGroups } = this.options;
      const stored = await storedRun(group, resumeFromCheckpoint, args, model);
      const batchSize = batchSizeOf(args, group.size, stored);
      const plan = planRun(args, dataset.length, batchSize);
      const [ownOptimizer, ownSchedule] = this.options.optimizers ?? [];
      const learningRate = new LearningRate(args, plan.maxSteps, ownSchedule);
      if (ownOptimizer) checkParameters(ownOptimizer, model, criterion);
      const optimizer =
        ownOptimizer ?? createOptimizer(trainedParameters(model, criterion), args, parameterGroups);
      try {
        this.interrupts = interrupts;
        const setup = setupOf(model, args, dataset, batchSize);
        await agreeOnRun(group, { model, criterion, optimizer, args, setup });
        const shards = shardsOf(group, optimizer, args);
        const run = new TrainingRun({
          ...{ model, criterion, optimizer, learningRate, setup, callbacks, processingClass, group, shards },
        });
        await run.begin(plan, stored);
        await precision.prepare();
        const loop = new TrainingLoop({
          ...{
            model,
            optimizer,
            dataset,
            plan,
            learningRate,
            precision,
            interrupts,
            callbacks,
            group,
            shards,
          },
          losses: run.losses,
          collate: (rows, step) => this.batchOf(dataset, rows, step, true),
          cut: (whole, ranges) => this.cut(whole, ranges),
          computeLoss: (batch) => requireLoss(this.lossOf(batch, true), model, batch, columnsOf(dataset)),
          evaluate: () => this.evaluate(),
          save: () => run.save(),
        });
        return await this.run(loop, run, interrupts, plan);
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

  private async run(
    loop: TrainingLoop,
    run: TrainingRun,
    interrupts: Interrupts,
    { batchSize }: Plan,
  ): Promise<TrainOutput> {
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
      const examples = steps * batchSize * args.gradientAccumulationSteps;
      const tokens =
        args.includeNumInputTokensSeen === "no" ? undefined : state.numInputTokensSeen - tokensBefore;
      const speed = speedMetrics("train", started, examples, steps, tokens);
      const metrics = { ...speed, train_loss: run.losses.mean };
      const output = { globalStep: state.globalStep, trainingLoss: metrics.train_loss, metrics };
      if (signal) {
        warnOfInterrupt(signal, state);
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
    warnOfNonFinite(metrics, this.state.globalStep);
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
    return { predictions: output.logits, labelIds: output.labelIds, counts: output.counts, metrics };
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

  protected override async writeModel(directory: string): Promise<void> {
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
   * @see transformers.Trainer.compute_loss
   */
  protected computeLoss(batch: Batch, labelled: boolean): Partial<ModelOutput> {
    const { computeLossFunc } = this.options;
    const unlabelled = { ...batch, labels: undefined } as TaskInputs;
    if (labelled && computeLossFunc) {
      const labels = requireLabels(batch, this.model);
      const output = this.model.forward(unlabelled) as Partial<ModelOutput>;
      return { ...output, loss: tf.tidy(() => computeLossFunc(output, labels, batch)) };
    }
    const options = { labelSmoothing: this.args.labelSmoothingFactor };
    return this.model.forward(labelled ? batch : unlabelled, options) as Partial<ModelOutput>;
  }

  private batchOf(dataset: TrainerDataset, indices: Int32Array, step: number, training: boolean): Batch {
    const batch = namingDatasetRows(indices, () => this.collate(dataset, indices, step, training));
    this.sources.set(batch, { dataset, rows: indices });
    return batch;
  }

  /** A micro-batch in parts, which are known by their rows as the whole is. */
  private cut(whole: WholeBatch, ranges: readonly Range[]): BatchPart[] {
    const { computeLossFunc } = this.options;
    // A loss of one's own, or one with parameters, is taken for a mean over the rows.
    const isModels = !computeLossFunc && !this.criterion;
    const countTargets = (batch: Batch) =>
      isModels ? this.model.countTargets(batch) : batch.input_ids.shape[0];
    const { dataset } = this.sources.get(whole.batch)!;
    const parts = cutBatch(whole, ranges, countTargets, this.model);
    for (const { batch, rows } of parts) this.sources.set(batch, { dataset, rows });
    return parts;
  }

  private lossOf(batch: Batch, labelled: boolean): Partial<ModelOutput> {
    return namingDatasetRows(this.sources.get(batch)?.rows, () => this.computeLoss(batch, labelled));
  }

  /** Of which dataset and rows a batch was made. */
  protected sourceOf(batch: Batch): BatchSource | undefined {
    return this.sources.get(batch);
  }

  private async predictions(
    dataset: TrainerDataset,
    prefix: string,
    description: string,
    { lossOnly, isLeftOut }: Pick<EvaluationOptions, "lossOnly" | "isLeftOut">,
  ): Promise<{ output: EvaluationOutput; metrics: Logs }> {
    const { model, args, options } = this;
    const group = await joinProcessGroup(args.ddpTimeout);
    await this.evaluationPrecision.prepare();
    const started = performance.now();
    const batchSize = args.perDeviceEvalBatchSize;
    const output = await evaluationLoop(model, dataset, {
      group,
      collate: (indices, step) => this.batchOf(dataset, indices, step, false),
      forward: (batch, labelled) => this.evaluationPrecision.run(() => this.lossOf(batch, labelled)),
      isLeftOut,
      batchSize,
      lossOnly: lossOnly || args.predictionLossOnly,
      preprocessLogits: options.preprocessLogitsForMetrics,
      include: args.includeForMetrics,
      description,
      showProgress: !args.disableTqdm && group.isFirst,
      interrupts: this.interrupts,
      onStep: () => this.callbacks.call("onPredictionStep"),
    });
    const metrics = await metricsOf(prefix, output, options.computeMetrics);
    const speed = speedMetrics(prefix, started, dataset.length, Math.ceil(dataset.length / batchSize));
    // What follows from figures is the same for all processes.
    return { output, metrics: await group.broadcast("the metrics", { ...metrics, ...speed }) };
  }
}
