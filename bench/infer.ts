import * as tf from "@tensorflow/tfjs-core";
import { matMulPeak, startEngine } from "./engine";
import { readOptions } from "./options";
import {
  forwardOperations,
  makeBatches,
  makeModel,
  stepFigures,
  WARM_UP_STEPS,
  WORKLOAD,
  type Workload,
} from "./workload";

/** `bench infer`: seconds a batch of 64, or with `--batch 1` a single sentence. */
export async function inferBenchmark(args: string[]): Promise<object> {
  const { engine, ...workload } = readOptions(args, { ...WORKLOAD, batch: 64, engine: "" });
  const name = await startEngine(engine, workload.precision);
  const { seconds, lengths } = await forwardSteps(workload);
  const figures = stepFigures(seconds, lengths);
  const operations = lengths.slice(WARM_UP_STEPS).map((batch) => forwardOperations(workload, batch));
  const total = operations.reduce((sum, value) => sum + value, 0);
  const gflops = total / operations.length / figures.mean_s / 1e9;
  const peak = matMulPeak(workload.precision);
  const { precision, batch, layers, hidden, sampling } = workload;
  return {
    ...{ engine: name, mode: "infer", sampling, precision, batch, layers, hidden },
    ...figures,
    gflops,
    share_of_peak: peak && gflops / peak,
  };
}

/** Seconds from the ids of each batch to its logits. */
export async function forwardSteps(workload: Workload): Promise<{ seconds: number[]; lengths: number[][] }> {
  const { collate, lengths } = await makeBatches(workload);
  const model = makeModel(workload);
  const seconds: number[] = [];
  for (let step = 0; step < workload.steps; step++) {
    const inputs = collate(step);
    const start = performance.now();
    const output = model.forward({ ...inputs, labels: undefined });
    await output.logits.data();
    seconds.push((performance.now() - start) / 1000);
    tf.dispose([inputs, output] as unknown as tf.TensorContainer);
  }
  return { seconds, lengths };
}
