import { LoraConfig } from "../lib/src/models/peft/lora-config";
import { getPeftModel } from "../lib/src/models/peft/peft-model";
import { AdamW } from "../lib/src/training/optimizers/adamw";
import { wholeStep } from "../lib/src/training/step/batch-parts";
import { trainStep } from "../lib/src/training/step/train-step";
import { matMulPeak, startEngine } from "./engine";
import { readOptions } from "./options";
import { forwardOperations, makeBatches, makeModel, stepFigures, WARM_UP_STEPS, WORKLOAD } from "./workload";
import type { Workload } from "./workload";

/** Training steps as the Trainer does them: forward and backward pass, dropout, clipping at 1.0, AdamW. */
export async function trainSteps(
  workload: Workload,
  afterStep: (step: number, seconds: number) => void = () => undefined,
): Promise<{ seconds: number[]; lengths: number[][]; losses: number[] }> {
  const { collate, lengths } = await makeBatches(workload);
  const base = makeModel(workload);
  const model = (workload.lora > 0 ? getPeftModel(base, new LoraConfig({ r: workload.lora })) : base).train();
  if (workload.recompute) model.gradientCheckpointingEnable();
  if (workload.frozen) model.freeze(...workload.frozen.split(","));
  const trained = [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
  const optimizer = new AdamW(trained, { learningRate: 2e-5, weightDecay: 0.01 });
  const seconds: number[] = [];
  const losses: number[] = [];
  for (let step = 0; step < workload.steps; step++) {
    const batch = collate(step);
    const start = performance.now();
    const { loss } = await trainStep(model, optimizer, wholeStep(batch, step), { maxGradNorm: 1 });
    seconds.push((performance.now() - start) / 1000);
    afterStep(step, seconds.at(-1)!);
    losses.push(loss);
  }
  optimizer.dispose();
  model.dispose();
  return { seconds, lengths, losses };
}

/** `bench train-step`: seconds a step of training. */
export async function trainStepBenchmark(args: string[]): Promise<object> {
  const { engine, ...workload } = readOptions(args, { ...WORKLOAD, engine: "" });
  const name = await startEngine(engine, workload.precision);
  const { seconds, lengths, losses } = await trainSteps(workload);
  const figures = stepFigures(seconds, lengths);
  const operations = lengths.slice(WARM_UP_STEPS).map((batch) => 3 * forwardOperations(workload, batch));
  const total = operations.reduce((sum, value) => sum + value, 0);
  const gflops = total / operations.length / figures.mean_s / 1e9;
  const peak = matMulPeak(workload.precision);
  const { family, precision, batch, layers, hidden, sampling } = workload;
  return {
    ...{ engine: name, mode: "train", family, sampling, precision, batch, layers, hidden },
    ...figures,
    gflops,
    share_of_peak: peak && gflops / peak,
    last_loss: losses.at(-1),
  };
}
