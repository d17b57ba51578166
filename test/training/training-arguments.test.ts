import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { TrainingArguments, type TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";

test("the defaults are those of transformers 5.18", () => {
  const args = new TrainingArguments();
  const expected: Partial<TrainingArgumentsOptions> = {
    outputDir: "trainer_output",
    evalStrategy: "no",
    saveStrategy: "steps",
    saveSteps: 500,
    loggingStrategy: "steps",
    loggingSteps: 500,
    evalSteps: 500,
    numTrainEpochs: 3,
    maxSteps: -1,
    perDeviceTrainBatchSize: 8,
    perDeviceEvalBatchSize: 8,
    gradientAccumulationSteps: 1,
    learningRate: 5e-5,
    lrSchedulerType: "linear",
    warmupSteps: 0,
    weightDecay: 0,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: 1e-8,
    maxGradNorm: 1,
    labelSmoothingFactor: 0,
    seed: 42,
    dataSeed: null,
    bf16: false,
    loadBestModelAtEnd: false,
    metricForBestModel: null,
    greaterIsBetter: null,
    saveTotalLimit: null,
  };
  for (const [name, value] of Object.entries(expected)) {
    assert.equal((args as TrainingArgumentsOptions)[name as keyof TrainingArgumentsOptions], value, name);
  }
});

test("evalSteps follows loggingSteps, the best model goes by the loss, and its direction by its name", () => {
  assert.equal(new TrainingArguments({ loggingSteps: 7 }).evalSteps, 7);
  assert.equal(new TrainingArguments({ loggingSteps: 7, evalSteps: 3 }).evalSteps, 3);
  const strategies = { evalStrategy: "epoch", saveStrategy: "epoch", loadBestModelAtEnd: true } as const;
  const byLoss = new TrainingArguments(strategies);
  assert.deepEqual([byLoss.metricForBestModel, byLoss.greaterIsBetter], ["loss", false]);
  assert.equal(
    new TrainingArguments({ ...strategies, metricForBestModel: "accuracy" }).greaterIsBetter,
    true,
  );
  assert.equal(
    new TrainingArguments({ ...strategies, metricForBestModel: "eval_loss" }).greaterIsBetter,
    false,
  );
});

test("a warm-up below 1 is a share of all steps, rounded up", () => {
  assert.equal(new TrainingArguments({ warmupSteps: 0.1 }).warmupStepsOf(101), 11);
  assert.equal(new TrainingArguments({ warmupSteps: 500 }).warmupStepsOf(100), 500);
  assert.equal(new TrainingArguments({ warmupSteps: 1 }).warmupStepsOf(100), 1);
});

test("undefined is the default", () => {
  assert.equal(new TrainingArguments({ learningRate: undefined }).learningRate, 5e-5);
});

const best = { loadBestModelAtEnd: true } as const;
const wrong = (name: keyof TrainingArgumentsOptions, value: unknown) =>
  ({ [name]: value }) as TrainingArgumentsOptions;
const unknown = (name: string) => ({ [name]: 1 }) as TrainingArgumentsOptions;
const BAD: [string, TrainingArgumentsOptions, RegExp][] = [
  [
    "an unknown argument",
    { learnRate: 1 } as TrainingArgumentsOptions,
    /no argument 'learnRate'\. Did you mean/,
  ],
  ["Python's spelling", unknown("weight_decay"), /no argument 'weight_decay'\. Did you mean 'weightDecay'\?/],
  ["a name of before", unknown("evaluationStrategy"), /'evaluationStrategy'; it is now evalStrategy/],
  ["the ratio of the warm-up", unknown("warmupRatio"), /it is now warmupSteps, of which a number below 1/],
  ["grouping as a flag", unknown("groupByLength"), /it is now trainSamplingStrategy: "group_by_length"/],
  ["f16", unknown("fp16"), /'fp16', an argument of transformers, is not taken: no engine computes in f16/],
  ["a compiler", unknown("torchCompile"), /'torchCompile', .* is not taken/],
  ["a name that every object has", unknown("toString"), /no argument 'toString'\. (Did you mean .*\? )?See/],
  ["a rate that is no number", { learningRate: NaN }, /learningRate is NaN/],
  ["a rate without end", { learningRate: Infinity }, /learningRate is Infinity/],
  ["a rate in words", wrong("learningRate", "5e-5"), /learningRate is "5e-5"; it has to be a number/],
  ["bf16 in words", wrong("bf16", "yes"), /bf16 is "yes"; it has to be true or false/],
  ["no bf16 as null", wrong("bf16", null), /bf16 is null; it has to be true or false/],
  [
    "an unknown sampling",
    wrong("trainSamplingStrategy", "sorted"),
    /"sorted".*random, sequential, group_by_length/,
  ],
  ["a beta of 1", { adamBeta2: 1 }, /adamBeta2 is 1; it has to be at least 0 and below 1/],
  ["epochs that are no number", { numTrainEpochs: NaN }, /numTrainEpochs is NaN/],
  ["a limit of none", { saveTotalLimit: 0 }, /saveTotalLimit is 0; it has to be a positive integer, or null/],
  ["a seed in words", wrong("seed", "42"), /seed is "42"/],
  ["half a seed", { seed: 0.5 }, /seed is 0\.5/],
  [
    "an unknown policy",
    wrong("nanPolicy", "hope"),
    /nanPolicy is "hope"; it has to be one of stop, skip, ignore/,
  ],
  ["a folder without a name", { outputDir: "" }, /outputDir is ""/],
  ["a batch of 0", { perDeviceTrainBatchSize: 0 }, /perDeviceTrainBatchSize is 0.*positive integer/],
  [
    "a step and a half",
    { loggingSteps: 1.5 },
    /loggingSteps is 1\.5; .* a share of all steps between 0 and 1/,
  ],
  ["no steps", { saveSteps: 0 }, /saveSteps is 0/],
  ["the best of nothing", { saveStrategy: "best" }, /saveStrategy is 'best', but nothing is evaluated/],
  [
    "shares that do not fit each other",
    { ...best, evalStrategy: "steps", evalSteps: 0.2, saveSteps: 0.3 },
    /saveSteps \(0\.3\).*evalSteps \(0\.2\)/,
  ],
  [
    "a share beside a number of steps",
    { ...best, evalStrategy: "steps", evalSteps: 0.1, saveSteps: 10 },
    /saveSteps \(10\).*evalSteps \(0\.1\)/,
  ],
  ["no accumulation", { gradientAccumulationSteps: 0 }, /gradientAccumulationSteps is 0/],
  ["a negative learning rate", { learningRate: -1 }, /learningRate is -1/],
  ["an unknown strategy", { evalStrategy: "daily" as "epoch" }, /evalStrategy is "daily".*no, steps, epoch/],
  ["no epochs", { numTrainEpochs: 0 }, /numTrainEpochs is 0/],
  ["too much smoothing", { labelSmoothingFactor: 1.1 }, /labelSmoothingFactor is 1\.1/],
  ["a fraction of steps", { maxSteps: 1.5 }, /maxSteps is 1\.5/],
  [
    "a best model that is never evaluated",
    { ...best, saveStrategy: "epoch" },
    /evalStrategy is 'no' and saveStrategy 'epoch'/,
  ],
  [
    "a best model that is not saved",
    { ...best, evalStrategy: "steps", evalSteps: 3, saveSteps: 4 },
    /saveSteps \(4\).*evalSteps \(3\)/,
  ],
];
for (const [name, options, pattern] of BAD) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => new TrainingArguments(options),
      (error) =>
        error instanceof ConfigError && /^Training/.test(error.message) && pattern.test(error.message),
    );
  });
}
