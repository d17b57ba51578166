import { homedir } from "../platform/machine";
import path from "../platform/path";
import { ConfigError } from "../errors";
import { CHECKS } from "./argument-checks";
import { describeUnknownArgument } from "./argument-names";
import {
  checkOptimizerArguments,
  type OptimizerArguments,
  type OptimizerName,
} from "./optimizers/create-optimizer";
import {
  checkSchedulerArguments,
  type SchedulerArguments,
  type SchedulerType,
} from "./schedules/learning-rate";

/** When something is done: never, every so many optimizer steps, or at the end of each epoch. */
export type IntervalStrategy = "no" | "steps" | "epoch";

/** As {@link IntervalStrategy}, or whenever an evaluation is the best so far. */
export type SaveStrategy = IntervalStrategy | "best";

/** Event files that TensorBoard reads, a table `logs.csv`, or nothing. */
export type ReportTarget = "tensorboard" | "csv" | "none";

/** What to do about a step whose loss or gradient norm is NaN or infinite. */
export type NanPolicy = "stop" | "skip" | "ignore";

/** Which examples form a batch: random ones, the next ones in order, or random ones of similar length. */
export type SamplingStrategy = "random" | "sequential" | "group_by_length";

/** Settings of a training run with Hugging Face's names and defaults. @see transformers.TrainingArguments */
export interface TrainingArgumentsOptions {
  /** Folder for checkpoints; `~/` is the home folder. Default "trainer_output". */
  outputDir?: string;
  /** When to evaluate. Default "no". */
  evalStrategy?: IntervalStrategy;
  /** Steps between evaluations, or below 1 a share of all steps; default: loggingSteps. */
  evalSteps?: number;
  /** Evaluate before the first step too. Default false. */
  evalOnStart?: boolean;
  /** Steps, or with `evalStrategy: "epoch"` epochs, before which nothing is evaluated. Default 0. */
  evalDelay?: number;
  /** When to write a checkpoint; "best": whenever an evaluation is the best so far. Default "steps". */
  saveStrategy?: SaveStrategy;
  /** Steps between checkpoints, or below 1 a share of all steps. Default 500. */
  saveSteps?: number;
  /** Leave the optimizer out of checkpoints, which are then a third of the size; a run goes on from none. Default false. */
  saveOnlyModel?: boolean;
  /** How many checkpoints to keep, the best one always among them; default: all. */
  saveTotalLimit?: number | null;
  /** When to log. Default "steps". */
  loggingStrategy?: IntervalStrategy;
  /** Steps between log entries, or below 1 a share of all steps. Default 500. */
  loggingSteps?: number;
  /** Leave losses that are not finite (see `nanPolicy`) out of the logged mean. Default true. */
  loggingNanInfFilter?: boolean;
  /**
   * Count the tokens trained on, padding among them ("all") or not, and log them as `num_input_tokens_seen`, with
   * `train_tokens_per_second` at the end. true is "all". Default "no".
   */
  includeNumInputTokensSeen?: "no" | "all" | "non_padding" | boolean;
  /** Beside the scores, what `computeMetrics` gets. Default: nothing. */
  includeForMetrics?: readonly ("inputs" | "loss")[];
  /** The columns that may hold the labels, the first that a row has. Default: label, label_ids, labels. */
  labelNames?: readonly string[] | null;
  /** Where else to write what is logged. Default "none". */
  reportTo?: ReportTarget | readonly ReportTarget[];
  /** Folder of these reports; default: `runs/<time and machine>` in the output folder, for a table the output folder itself. */
  loggingDir?: string | null;
  /** Show no progress bar, and in a notebook no table. Default false. */
  disableTqdm?: boolean;
  /** Also log the first step. Default false. */
  loggingFirstStep?: boolean;
  /** Default 3. Fractions are allowed. */
  numTrainEpochs?: number;
  /** Optimizer steps in all; overrides numTrainEpochs where positive. Default -1. */
  maxSteps?: number;
  /** Examples a (micro-)batch in training. Default 8. */
  perDeviceTrainBatchSize?: number;
  /** Examples a batch in evaluation. Default 8. */
  perDeviceEvalBatchSize?: number;
  /**
   * Where a batch does not fit into memory, put its rows through the model in smaller ones, and go on so; a step has as many
   * rows as before. Default false: it is an error that says what would fit.
   */
  autoFindBatchSize?: boolean;
  /** Keep of each layer its input alone, and compute the rest once more in the backward pass. Default false. */
  gradientCheckpointing?: boolean;
  /** Micro-batches whose gradients are averaged into one optimizer step. Default 1. */
  gradientAccumulationSteps?: number;
  /** Peak learning rate. Default 5e-5. */
  learningRate?: number;
  /** Default "linear". */
  lrSchedulerType?: SchedulerType;
  /** Figures that only some schedules have, such as `numCycles`. */
  lrSchedulerKwargs?: SchedulerArguments;
  /** Optimizer steps over which the learning rate rises from 0; below 1, a share of all steps. Default 0. */
  warmupSteps?: number;
  /** What changes the weights. Default "adamw". */
  optim?: OptimizerName;
  /** Figures that only some optimizers have, such as `momentum`. */
  optimArgs?: OptimizerArguments;
  /** On all but biases and LayerNorm; of AdamW, decoupled. Default 0. */
  weightDecay?: number;
  /** Default 0.9. */
  adamBeta1?: number;
  /** Default 0.999. */
  adamBeta2?: number;
  /** Default 1e-8. */
  adamEpsilon?: number;
  /** Gradients of a larger global norm are scaled down to it; 0 switches clipping off. Default 1. */
  maxGradNorm?: number;
  /** Default 0. */
  labelSmoothingFactor?: number;
  /** What a loss or gradient norm that is not finite does: "stop" (the default) before its update, "skip" it, "ignore". */
  nanPolicy?: NanPolicy;
  /** Evaluate the loss only, and keep no scores (which a vocabulary has many of). Default false. */
  predictionLossOnly?: boolean;
  /** Default "random". */
  trainSamplingStrategy?: SamplingStrategy;
  /** Leave out a last batch that is not full. Default false. */
  dataloaderDropLast?: boolean;
  /** Of dropout and of the order of examples. Default 42. */
  seed?: number;
  /** Of the order of examples alone; default: seed. */
  dataSeed?: number | null;
  /** Matrix products on bf16 operands, where the engine can. Default false. */
  bf16?: boolean;
  /** The same in evaluations and predictions, also where training is in f32. Default false. */
  bf16FullEval?: boolean;
  /** Of several processes, how many seconds they wait for one that lives and does not come. Default 1800. */
  ddpTimeout?: number;
  /** Of several processes, each keeps the optimizer's state of a part of the parameters, and updates that (ZeRO-1). Default false. */
  shardOptimizer?: boolean;
  /** Of several processes, send gradients as bf16: half as much. They are added in f32. Default false. */
  reduceGradientsInBf16?: boolean;
  /**
   * Compute every batch in so many parts, and add them up in their order: any number of processes up to that, with as many threads
   * each, then gives the same bits. Costs time. Default null: a part for each process, the same within rounding.
   */
  deterministicParts?: number | null;
  /** Of a checkpoint, restore what callbacks were made with too, and not only what they have come to. Default false. */
  restoreCallbackStatesFromCheckpoint?: boolean;
  /** At the end, go back to the checkpoint with the best metric. Default false. */
  loadBestModelAtEnd?: boolean;
  /** "accuracy" means `eval_accuracy`. Default "loss" where loadBestModelAtEnd is set. */
  metricForBestModel?: string | null;
  /** Default: true unless the metric ends in "loss". */
  greaterIsBetter?: boolean | null;
}

const DEFAULTS = {
  outputDir: "trainer_output",
  evalStrategy: "no" as IntervalStrategy,
  evalOnStart: false,
  evalDelay: 0,
  saveStrategy: "steps" as SaveStrategy,
  saveSteps: 500,
  saveOnlyModel: false,
  saveTotalLimit: null,
  loggingStrategy: "steps" as IntervalStrategy,
  loggingSteps: 500,
  loggingFirstStep: false,
  loggingNanInfFilter: true,
  includeNumInputTokensSeen: "no" as "no" | "all" | "non_padding",
  includeForMetrics: [] as readonly ("inputs" | "loss")[],
  labelNames: null,
  reportTo: "none" as ReportTarget | readonly ReportTarget[],
  loggingDir: null,
  disableTqdm: false,
  numTrainEpochs: 3,
  maxSteps: -1,
  perDeviceTrainBatchSize: 8,
  perDeviceEvalBatchSize: 8,
  autoFindBatchSize: false,
  gradientCheckpointing: false,
  gradientAccumulationSteps: 1,
  learningRate: 5e-5,
  lrSchedulerType: "linear" as SchedulerType,
  lrSchedulerKwargs: {},
  warmupSteps: 0,
  optim: "adamw" as OptimizerName,
  optimArgs: {},
  weightDecay: 0,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  maxGradNorm: 1,
  labelSmoothingFactor: 0,
  nanPolicy: "stop" as NanPolicy,
  predictionLossOnly: false,
  trainSamplingStrategy: "random" as SamplingStrategy,
  dataloaderDropLast: false,
  seed: 42,
  dataSeed: null,
  bf16: false,
  bf16FullEval: false,
  ddpTimeout: 1800,
  shardOptimizer: false,
  reduceGradientsInBf16: false,
  deterministicParts: null,
  restoreCallbackStatesFromCheckpoint: false,
  loadBestModelAtEnd: false,
  metricForBestModel: null,
  greaterIsBetter: null,
};

type ArgumentName = keyof TrainingArgumentsOptions;

/**
 * The settings of a run, complete and checked.
 *
 * @throws ConfigError that names the argument with a value that cannot work, or is unknown
 * @example
 * const args = new TrainingArguments({
 *   outputDir: "out/sentiment",
 *   numTrainEpochs: 2,
 *   perDeviceTrainBatchSize: 16,
 *   learningRate: 1e-4,
 *   warmupSteps: 0.1, // a share of all steps
 *   evalStrategy: "epoch",
 *   saveStrategy: "epoch",
 *   loadBestModelAtEnd: true,
 *   metricForBestModel: "accuracy",
 * });
 */
export class TrainingArguments implements Required<TrainingArgumentsOptions> {
  declare readonly outputDir: string;
  declare readonly evalStrategy: IntervalStrategy;
  declare readonly evalSteps: number;
  declare readonly evalOnStart: boolean;
  declare readonly evalDelay: number;
  declare readonly saveStrategy: SaveStrategy;
  declare readonly saveSteps: number;
  declare readonly saveOnlyModel: boolean;
  declare readonly saveTotalLimit: number | null;
  declare readonly loggingStrategy: IntervalStrategy;
  declare readonly loggingSteps: number;
  declare readonly loggingFirstStep: boolean;
  declare readonly loggingNanInfFilter: boolean;
  declare readonly includeNumInputTokensSeen: "no" | "all" | "non_padding";
  declare readonly includeForMetrics: readonly ("inputs" | "loss")[];
  declare readonly labelNames: readonly string[] | null;
  declare readonly reportTo: ReportTarget | readonly ReportTarget[];
  declare readonly loggingDir: string | null;
  declare readonly disableTqdm: boolean;
  declare readonly numTrainEpochs: number;
  declare readonly maxSteps: number;
  declare readonly perDeviceTrainBatchSize: number;
  declare readonly perDeviceEvalBatchSize: number;
  declare readonly autoFindBatchSize: boolean;
  declare readonly gradientCheckpointing: boolean;
  declare readonly gradientAccumulationSteps: number;
  declare readonly learningRate: number;
  declare readonly lrSchedulerType: SchedulerType;
  declare readonly lrSchedulerKwargs: SchedulerArguments;
  declare readonly warmupSteps: number;
  declare readonly optim: OptimizerName;
  declare readonly optimArgs: OptimizerArguments;
  declare readonly weightDecay: number;
  declare readonly adamBeta1: number;
  declare readonly adamBeta2: number;
  declare readonly adamEpsilon: number;
  declare readonly maxGradNorm: number;
  declare readonly labelSmoothingFactor: number;
  declare readonly nanPolicy: NanPolicy;
  declare readonly predictionLossOnly: boolean;
  declare readonly trainSamplingStrategy: SamplingStrategy;
  declare readonly dataloaderDropLast: boolean;
  declare readonly seed: number;
  declare readonly dataSeed: number | null;
  declare readonly bf16: boolean;
  declare readonly bf16FullEval: boolean;
  declare readonly ddpTimeout: number;
  declare readonly shardOptimizer: boolean;
  declare readonly reduceGradientsInBf16: boolean;
  declare readonly deterministicParts: number | null;
  declare readonly restoreCallbackStatesFromCheckpoint: boolean;
  declare readonly loadBestModelAtEnd: boolean;
  declare readonly metricForBestModel: string | null;
  declare readonly greaterIsBetter: boolean | null;

  constructor(options: TrainingArgumentsOptions = {}) {
    const given = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    ) as TrainingArgumentsOptions;
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(CHECKS, name));
    if (unknown !== undefined) {
      throw new ConfigError(`TrainingArguments: ${describeUnknownArgument(unknown, Object.keys(CHECKS))}`);
    }
    Object.assign(this, DEFAULTS, { evalSteps: given.loggingSteps ?? DEFAULTS.loggingSteps }, given);
    const { outputDir, loadBestModelAtEnd, metricForBestModel, greaterIsBetter } = this;
    const tokens: unknown = this.includeNumInputTokensSeen;
    if (typeof tokens === "boolean")
      Object.assign(this, { includeNumInputTokensSeen: tokens ? "all" : "no" });
    if (/^~[/\\]/.test(outputDir))
      Object.assign(this, { outputDir: path.join(homedir(), outputDir.slice(2)) });
    const isNeeded =
      loadBestModelAtEnd || this.saveStrategy === "best" || this.lrSchedulerType === "reduce_lr_on_plateau";
    const metric = metricForBestModel ?? (isNeeded ? "loss" : null);
    const greater = greaterIsBetter ?? (metric === null ? null : !metric.endsWith("loss"));
    Object.assign(this, { metricForBestModel: metric, greaterIsBetter: greater });
    this.check(Object.keys(given) as ArgumentName[]);
  }

  /** Optimizer steps of the warm-up in a run of so many steps. */
  warmupStepsOf(totalSteps: number): number {
    return this.warmupSteps >= 1 ? this.warmupSteps : Math.ceil(totalSteps * this.warmupSteps);
  }

  /** @param given  the names that the caller has written; an error is better about one of them than about what follows */
  private check(given: ArgumentName[]): void {
    for (const name of new Set([...given, ...(Object.keys(CHECKS) as ArgumentName[])])) {
      const expected = CHECKS[name](this[name]);
      // How many epochs there would be does not matter where the steps are given.
      if (expected && !(name === "numTrainEpochs" && this.maxSteps > 0)) throw this.wrong(name, expected);
    }
    checkOptimizerArguments(this.optim, this.optimArgs);
    checkSchedulerArguments(this.lrSchedulerType, this.lrSchedulerKwargs);
    if (this.lrSchedulerType === "reduce_lr_on_plateau")
      this.checkEvaluates("lrSchedulerType", "reduce_lr_on_plateau");
    if (this.saveStrategy === "best") this.checkEvaluates("saveStrategy", "best");
    else if (this.loadBestModelAtEnd) this.checkBestModel();
  }

  private checkEvaluates(name: ArgumentName, value: string): void {
    if (this.evalStrategy !== "no") return;
    throw new ConfigError(
      `TrainingArguments: ${name} is '${value}', but nothing is evaluated; set evalStrategy to 'epoch' or 'steps'.`,
    );
  }

  private checkBestModel(): void {
    const { evalStrategy, saveStrategy, evalSteps, saveSteps } = this;
    if (evalStrategy === "no" || evalStrategy !== saveStrategy) {
      throw new ConfigError(
        "TrainingArguments: loadBestModelAtEnd needs a checkpoint of each evaluated model, but evalStrategy is " +
          `'${evalStrategy}' and saveStrategy '${saveStrategy}'; set both to 'epoch' or both to 'steps'.`,
      );
    }
    if (saveStrategy === "steps" && !isMultiple(saveSteps, evalSteps)) {
      throw new ConfigError(
        `TrainingArguments: with loadBestModelAtEnd, saveSteps (${saveSteps}) has to be a multiple of evalSteps (${evalSteps}).`,
      );
    }
  }

  private wrong(name: ArgumentName, expected: string): ConfigError {
    const value: unknown = this[name];
    const given = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? typeof value);
    return new ConfigError(`TrainingArguments: ${name} is ${given}; it has to be ${expected}.`);
  }
}

/** Of steps, or of shares of all steps; one of each cannot be compared. */
function isMultiple(saveSteps: number, evalSteps: number): boolean {
  if (saveSteps < 1 !== evalSteps < 1) return false;
  // Shares are compared as whole numbers: 0.3 is three times 0.1.
  const scale = saveSteps < 1 ? 1e6 : 1;
  return Math.round(saveSteps * scale) % Math.round(evalSteps * scale) === 0;
}
