/** Trains a small model in a worker thread, on the engine and with the sizes that it is given, and says what came of it. */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import type { EngineName } from "../../lib/src/engines/engine";
import { useEngine } from "../../lib/src/engines/engines";
import { tinyTrainer, weightsOf } from "../training/tiny-task";

export interface Run {
  engine: EngineName;
  hiddenSize: number;
  precision: "float32" | "bfloat16";
}

/** @returns a digest of all weights after some steps */
export async function train({ engine, hiddenSize, precision }: Run): Promise<string> {
  await useEngine(engine);
  const trainer = tinyTrainer(
    { maxSteps: 30, bf16: precision === "bfloat16" },
    { modelOptions: { hiddenSize, intermediateSize: 4 * hiddenSize } },
  );
  await trainer.train();
  return createHash("sha256")
    .update(Float32Array.from(weightsOf(trainer.model)))
    .digest("hex");
}

if (parentPort) {
  const port = parentPort;
  void train(workerData as Run).then((digest) => port.postMessage(digest));
}
