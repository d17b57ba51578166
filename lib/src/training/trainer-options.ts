import type * as tf from "@tensorflow/tfjs-core";
import type { Batch, DataCollator } from "../collators/batch";
import { ConfigError } from "../errors";
import type { ModelOutput } from "../models/model-output";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { Logs, TrainerCallback } from "./callbacks";
import type { TrainerDataset } from "./data-loader";
import type { LogitMatrix } from "./evaluation-loop";
import type { Optimizer } from "./optimizers/optimizer";
import type { ParameterGroup } from "./optimizers/parameter-groups";
import type { ProcessingClass } from "./run/save";
import type { StopSignal } from "./interrupts";
import type { Schedule } from "./schedules/definitions";
import type { TrainingArguments } from "./training-arguments";

/** What `computeMetrics` gets. @see transformers.EvalPrediction */
export interface EvalPrediction {
  /** Scores, [rows, labels]; of tokens a row of scores each, the rows of the dataset one after the other. */
  predictions: LogitMatrix;
  labelIds: ArrayLike<number>;
  /** Of models that score tokens: how many rows of scores each row of the dataset has. */
  counts?: number[];
  /** The ids of every row, without padding; with `includeForMetrics: ["inputs"]`. */
  inputs?: number[][];
  /** Of every row, the mean loss of its batch; with `includeForMetrics: ["loss"]`. */
  losses?: number[];
}

export interface TrainerOptions<Model extends PreTrainedModel<object> = PreTrainedModel<object>> {
  /** Anything whose forward pass has a loss; or give `modelInit`. */
  model?: Model;
  /** Makes a new model each time `train` begins, for searches and repeated runs. The Trainer disposes of the one before. */
  modelInit?: () => Model | Promise<Model>;
  /** Default: TrainingArguments' defaults. */
  args?: TrainingArguments;
  /** Needed by `train`. */
  trainDataset?: TrainerDataset;
  /**
   * Evaluated by `evaluate` and during training. Of several by name, each gets figures of its own: of
   * `{ matched, mismatched }`, `eval_matched_loss` and so on.
   */
  evalDataset?: TrainerDataset | Readonly<Record<string, TrainerDataset>>;
  /** Makes a batch of rows. Default: pads with `processingClass` where it is a tokenizer, else stacks rows of one length. */
  dataCollator?: DataCollator;
  /** The tokenizer; saved with every checkpoint. */
  processingClass?: ProcessingClass;
  /** Figures beside the loss, under names without `eval_`; may take its time. */
  computeMetrics?: (prediction: EvalPrediction) => Record<string, number> | Promise<Record<string, number>>;
  /** What to keep of the scores, a batch at a time: what a large vocabulary's are reduced to. Default: all of them. */
  preprocessLogitsForMetrics?: (logits: tf.Tensor, labels: tf.Tensor | undefined) => tf.Tensor;
  /**
   * The loss, in place of the model's own: for weights of classes, focal loss and the like. Labels stay where the batch has
   * them; `labelSmoothingFactor` is then for this function to heed.
   */
  computeLossFunc?: (output: Partial<ModelOutput>, labels: tf.Tensor, batch: Batch) => tf.Scalar;
  callbacks?: TrainerCallback[];
  /**
   * An optimizer and a schedule of your own, either of them null for the arguments'. The optimizer stays yours to dispose of.
   *
   * @see transformers.Trainer, `optimizers`
   */
  optimizers?: readonly [optimizer?: Optimizer | null, schedule?: Schedule | null];
  /** Parameters whose learning rate or weight decay differs from the arguments'; see `layerwiseLearningRates`. */
  parameterGroups?: readonly ParameterGroup[];
}

/** The names of the options. */
export const TRAINER_OPTIONS: readonly (keyof TrainerOptions)[] = [
  ...([
    "model",
    "modelInit",
    "args",
    "trainDataset",
    "evalDataset",
    "dataCollator",
    "processingClass",
  ] as const),
  ...([
    "computeMetrics",
    "preprocessLogitsForMetrics",
    "computeLossFunc",
    "callbacks",
    "optimizers",
    "parameterGroups",
  ] as const),
];

/** @throws ConfigError for options that do not go together, or lack something */
export function checkOptions(
  options: TrainerOptions<PreTrainedModel<object>>,
  args: TrainingArguments,
): void {
  if ((options.model === undefined) === (options.modelInit === undefined)) {
    throw new ConfigError("Trainer: give it either a model or modelInit, which makes one.");
  }
  if (options.optimizers?.[0] && options.modelInit) {
    throw new ConfigError(
      "Trainer: an optimizer is of one model; with modelInit, the arguments' optim is made for each.",
    );
  }
  if (options.optimizers?.[0] && options.parameterGroups) {
    throw new ConfigError(
      "Trainer: parameterGroups are for the arguments' optimizer; with one in optimizers, give them to it.",
    );
  }
  if (args.evalStrategy !== "no" && !options.evalDataset) {
    throw new ConfigError(`Trainer: evalStrategy is '${args.evalStrategy}', but there is no evalDataset.`);
  }
}

export interface TrainOptions {
  /** Continue from this checkpoint folder, or with `true` from the newest in `outputDir`. */
  resumeFromCheckpoint?: string | boolean;
}

/** @see transformers.trainer_utils.TrainOutput */
export interface TrainOutput {
  globalStep: number;
  /** Mean over all steps of the run, those before it was resumed among them. */
  trainingLoss: number;
  metrics: Logs;
  /** The signal that ended the run early; its checkpoint is written, and `resumeFromCheckpoint: true` goes on from it. */
  interrupted?: StopSignal;
}

/** @see transformers.trainer_utils.PredictionOutput */
export interface PredictionOutput {
  predictions: LogitMatrix;
  labelIds: ArrayLike<number> | undefined;
  /** Of models that score tokens: how many rows of scores each row of the dataset has. */
  counts: number[] | undefined;
  metrics: Logs;
}
