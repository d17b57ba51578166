import { mkdtemp, rm } from "../../lib/src/platform/files";
import { tmpdir } from "../../lib/src/platform/machine";
import path from "../../lib/src/platform/path";
import {
  argmax,
  DataCollatorForMultipleChoice,
  DataCollatorForTokenClassification,
  DataCollatorWithPadding,
  readSafetensors,
  Trainer,
  TrainingArguments,
  type PreTrainedModel,
  type DataCollator,
  type LogEntry,
  type TrainerCallback,
} from "../../lib/src/index";
import { largestDifference, relativeDifference, worst, type Check } from "./check";
import type { ReferenceData } from "./data";
import { noiseOf } from "./gradients";
import type { Trace, TraceStep } from "./reference";

/** Up to here a run is checked closely; later it drifts as PyTorch's f32 and f64 runs drift apart. */
const CLOSE_STEPS = 60;

/** Those of the loss, the norm and the learning rate are the project's contract; the others follow from them. */
const BOUNDS = {
  close: { loss: 1e-5, gradNorm: 1e-4, weights: 1e-4, devLogits: 1e-4, devRows: 1 },
  far: { loss: 5e-3, gradNorm: Infinity, weights: 5e-2, devLogits: 1e-1, devRows: 20 },
};
const LEARNING_RATE_BOUND = 1e-9;

export interface TrainingOptions {
  /** Stop after so many steps of the run; what comes after its end is then not checked. */
  steps?: number;
  /** Path of trained.safetensors. */
  trained?: string;
}

/** Repeats the training run through the Trainer; the model is trained by it. */
export async function checkTraining(
  model: PreTrainedModel,
  trace: Trace,
  data: ReferenceData,
  { steps: limit = Infinity, trained }: TrainingOptions,
): Promise<Check[]> {
  const { arguments: settings } = trace;
  const outputDir = await mkdtemp(path.join(tmpdir(), "finetune-conformance-"));
  try {
    const trainer = await makeTrainer(model, trace, data, outputDir, limit);
    await trainer.train();
    const history = trainer.state.logHistory.filter((entry) => "loss" in entry);
    const checks = checkHistory(history, trace.trace.slice(0, limit));
    if (limit < settings.steps) return checks;
    const bounds = settings.steps <= CLOSE_STEPS ? BOUNDS.close : BOUNDS.far;
    if (trained) checks.push(await checkWeights(model, trained, bounds.weights));
    if (trace.dev) checks.push(...(await checkDev(trainer, trace, data, bounds)));
    return checks;
  } finally {
    await rm(outputDir, { recursive: true, force: true });
  }
}

async function makeTrainer(
  model: PreTrainedModel,
  trace: Trace,
  data: ReferenceData,
  outputDir: string,
  limit: number,
): Promise<Trainer> {
  const { arguments: settings } = trace;
  const args = new TrainingArguments({
    outputDir,
    saveStrategy: "no",
    loggingSteps: 1,
    maxSteps: settings.steps,
    perDeviceTrainBatchSize: settings.batch,
    perDeviceEvalBatchSize: 64,
    gradientAccumulationSteps: settings.accumulate,
    learningRate: settings.lr,
    lrSchedulerType: settings.schedule,
    warmupSteps: settings.warmup,
    labelSmoothingFactor: settings.smoothing,
    weightDecay: trace.weight_decay,
    adamBeta1: trace.betas[0],
    adamBeta2: trace.betas[1],
    adamEpsilon: trace.eps,
    maxGradNorm: trace.max_grad_norm,
    trainSamplingStrategy: "sequential",
  });
  const stop: TrainerCallback = {
    onStepEnd({ state, control }) {
      if (state.globalStep >= limit) control.shouldTrainingStop = true;
    },
  };
  if (trace.rows) {
    const { rows, padding = 0 } = trace;
    const dataCollator = collatorOf(rows[0]!, padding);
    const trainDataset = { length: rows.length, at: (index: number) => ({ ...rows[index] }) };
    return new Trainer({ model, args, trainDataset, dataCollator, callbacks: [stop] });
  }
  const count = settings.steps * settings.batch * settings.accumulate;
  const trainDataset = await data.rows("train", count, settings.labels, settings.tokenizer);
  const dataCollator = new DataCollatorWithPadding({ tokenizer: await data.tokenizer(settings.tokenizer) });
  return new Trainer({ model, args, trainDataset, dataCollator, callbacks: [stop] });
}

/** Rows filled up with the id of padding, by the collator that their task has. */
function collatorOf({ input_ids, labels }: Record<string, unknown>, padTokenId: number): DataCollator {
  const tokenizer = {
    padTokenId,
    padTokenTypeId: 0,
    paddingSide: "right",
    modelMaxLength: Infinity,
  } as const;
  if (Array.isArray((input_ids as unknown[])[0])) return new DataCollatorForMultipleChoice({ tokenizer });
  const Collator = Array.isArray(labels) ? DataCollatorForTokenClassification : DataCollatorWithPadding;
  return new Collator({ tokenizer });
}

function checkHistory(history: LogEntry[], expected: TraceStep[]): Check[] {
  const checks: Check[] = [
    {
      name: "training steps",
      deviation: Math.abs(history.length - expected.length),
      bound: 0,
      note: `${history.length}`,
    },
  ];
  for (const [close, name] of [
    [true, `steps 1-${Math.min(CLOSE_STEPS, expected.length)}`],
    [false, `steps ${CLOSE_STEPS + 1}-${expected.length}`],
  ] as const) {
    const steps = expected.filter(({ step }) => step <= CLOSE_STEPS === close);
    if (steps.length === 0) continue;
    const bounds = close ? BOUNDS.close : BOUNDS.far;
    const differences = (figure: "loss" | "grad_norm" | "learning_rate", relative: boolean) => {
      const present = steps.filter((step) => step[figure] !== undefined);
      return worst(
        new Map(
          present.map((step) => {
            const ours = history[step.step - 1]?.[figure] ?? NaN;
            const theirs = step[figure]!;
            return [`step ${step.step}`, Math.abs(ours - theirs) / (relative ? Math.abs(theirs) : 1)];
          }),
        ),
      );
    };
    const add = (label: string, found: { name: string; deviation: number }, bound: number) => {
      if (bound === Infinity) return;
      checks.push({ name: `${label}, ${name}`, deviation: found.deviation, bound, note: found.name });
    };
    add("loss", differences("loss", false), bounds.loss);
    add("gradient norm", differences("grad_norm", true), bounds.gradNorm);
    add("learning rate", differences("learning_rate", false), LEARNING_RATE_BOUND);
  }
  return checks;
}

async function checkWeights(model: PreTrainedModel, file: string, bound: number): Promise<Check> {
  const expected = (await readSafetensors(file)).tensors;
  const ours = await model.stateDict();
  const deviations = new Map<string, number>();
  const isNoise = noiseOf(model);
  for (const [name, { data }] of expected) {
    if (isNoise(name)) continue;
    const weight = ours.get(model.tiedWeights.get(name) ?? name)?.data as Float32Array | undefined;
    deviations.set(name, weight ? relativeDifference(weight, data as Float32Array) : Infinity);
  }
  const { name, deviation } = worst(deviations);
  return {
    name: "trained weights (relative)",
    deviation,
    bound,
    note: `${deviations.size} tensors, noise aside; worst: ${name}`,
  };
}

async function checkDev(
  trainer: Trainer,
  { arguments: settings, dev }: Trace,
  data: ReferenceData,
  bounds: { devLogits: number; devRows: number },
): Promise<Check[]> {
  const rows = await data.rows("validation", Infinity, settings.labels, settings.tokenizer);
  const { predictions, labelIds } = await trainer.predict(rows);
  const checks: Check[] = [];
  if (dev?.logits) {
    const expected = dev.logits.flat();
    const deviation = largestDifference(predictions.data.subarray(0, expected.length), expected);
    checks.push({
      name: "logits after training",
      deviation,
      bound: bounds.devLogits,
      note: `${dev.logits.length} rows of dev`,
    });
  }
  if (dev?.accuracy !== undefined) {
    const right = argmax(predictions).filter((label, i) => label === labelIds![i]).length;
    const accuracy = right / rows.length;
    checks.push({
      name: "accuracy after training",
      deviation: Math.abs(accuracy - dev.accuracy),
      bound: (bounds.devRows + 0.5) / rows.length,
      note: `${accuracy.toFixed(4)} on ${rows.length} rows`,
    });
  }
  return checks;
}
