import { OPTIMIZER_NAMES } from "./optimizers/create-optimizer";
import { SCHEDULER_TYPES } from "./schedules/learning-rate";
import type { TrainingArgumentsOptions } from "./training-arguments";

/** Says what a value has to be, if it is not that. */
type Check = (value: unknown) => string | undefined;

const expects =
  (expected: string, isRight: (value: unknown) => boolean): Check =>
  (value) =>
    isRight(value) ? undefined : expected;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const positiveInteger = expects(
  "a positive integer",
  (value) => Number.isSafeInteger(value) && (value as number) > 0,
);
const notNegative = expects("a number of at least 0", (value) => isNumber(value) && value >= 0);
const share = expects("between 0 and 1", (value) => isNumber(value) && value >= 0 && value <= 1);
const belowOne = expects("at least 0 and below 1", (value) => isNumber(value) && value >= 0 && value < 1);
const seed = expects(
  "an integer of at least 0",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);
const boolean = expects("true or false", (value) => typeof value === "boolean");
const object = expects("an object", (value) => typeof value === "object" && value !== null);
const text = expects("a text that is not empty", (value) => typeof value === "string" && value !== "");

const texts = expects(
  "an array of texts",
  (value) => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string"),
);

const listOf = (...names: string[]): Check =>
  expects(
    `an array of any of ${names.join(", ")}`,
    (value) => Array.isArray(value) && value.every((each) => names.includes(each as string)),
  );

const oneOf = (...names: string[]): Check =>
  expects(`one of ${names.join(", ")}`, (value) => names.includes(value as string));

const orNull =
  (check: Check): Check =>
  (value) => {
    const expected = value === null ? undefined : check(value);
    return expected && `${expected}, or null`;
  };

const interval = oneOf("no", "steps", "epoch");
const steps = expects(
  "a positive integer, or a share of all steps between 0 and 1",
  (value) => isNumber(value) && value > 0 && (value < 1 || Number.isSafeInteger(value)),
);

const REPORT_TARGETS = ["tensorboard", "csv"];

/** What each argument has to be by itself; what several have to be together, TrainingArguments knows. */
export const CHECKS: Record<keyof TrainingArgumentsOptions, Check> = {
  outputDir: text,
  evalStrategy: interval,
  evalSteps: steps,
  evalOnStart: boolean,
  evalDelay: notNegative,
  saveStrategy: oneOf("no", "steps", "epoch", "best"),
  saveSteps: steps,
  saveOnlyModel: boolean,
  saveTotalLimit: orNull(positiveInteger),
  loggingStrategy: interval,
  loggingSteps: steps,
  loggingFirstStep: boolean,
  loggingNanInfFilter: boolean,
  includeNumInputTokensSeen: oneOf("no", "all", "non_padding"),
  includeForMetrics: listOf("inputs", "loss"),
  labelNames: orNull(texts),
  reportTo: expects(`"none", or of ${REPORT_TARGETS.join(", ")} one or an array`, (value) => {
    const targets: unknown[] = Array.isArray(value) ? value : [value];
    return targets.every((target) => REPORT_TARGETS.includes(target as string) || value === "none");
  }),
  loggingDir: orNull(text),
  disableTqdm: boolean,
  numTrainEpochs: expects("a positive number", (value) => isNumber(value) && value > 0),
  maxSteps: expects("an integer (-1: as many as the epochs have)", Number.isSafeInteger),
  perDeviceTrainBatchSize: positiveInteger,
  perDeviceEvalBatchSize: positiveInteger,
  autoFindBatchSize: boolean,
  gradientCheckpointing: boolean,
  gradientAccumulationSteps: positiveInteger,
  learningRate: notNegative,
  lrSchedulerType: oneOf(...SCHEDULER_TYPES),
  lrSchedulerKwargs: object,

  warmupSteps: notNegative,
  optim: oneOf(...OPTIMIZER_NAMES),
  optimArgs: object,
  weightDecay: notNegative,
  adamBeta1: belowOne,
  adamBeta2: belowOne,
  adamEpsilon: notNegative,
  maxGradNorm: notNegative,
  labelSmoothingFactor: share,
  nanPolicy: oneOf("stop", "skip", "ignore"),
  predictionLossOnly: boolean,
  trainSamplingStrategy: oneOf("random", "sequential", "group_by_length"),
  dataloaderDropLast: boolean,
  seed,
  dataSeed: orNull(seed),
  bf16: boolean,
  bf16FullEval: boolean,
  ddpTimeout: expects("a number of seconds above 0", (value) => isNumber(value) && value > 0),
  shardOptimizer: boolean,
  reduceGradientsInBf16: boolean,
  deterministicParts: orNull(positiveInteger),
  restoreCallbackStatesFromCheckpoint: boolean,
  loadBestModelAtEnd: boolean,
  metricForBestModel: orNull(text),
  greaterIsBetter: orNull(boolean),
};
