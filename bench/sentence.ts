import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { exportOnnx } from "../lib/src/export/onnx/export-onnx";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { startEngine } from "./engine";
import { forwardSteps } from "./infer";
import { readOptions } from "./options";
import type { Peer } from "./python";
import { makeBatches, makeModel, stepFigures, WORKLOAD } from "./workload";

const SENTENCE = { ...WORKLOAD, batch: 1, steps: 102, precision: "fp32", engine: "" };

/** `bench sentence`: seconds from the ids of a single sentence to its logits. */
export async function sentenceBenchmark(args: string[]): Promise<object> {
  const { engine, ...workload } = readOptions(args, SENTENCE);
  const name = await startEngine(engine, workload.precision);
  const { seconds, lengths } = await forwardSteps(workload);
  const { precision, layers, hidden } = workload;
  return { engine: name, precision, layers, hidden, ...stepFigures(seconds, lengths) };
}

/** The same model and the same sentences in onnxruntime, in f32. */
export async function sentencePeer(args: string[]): Promise<Peer> {
  const workload = readOptions(args, { ...SENTENCE, python: "" });
  await startEngine("cpu", "fp32");
  const folder = mkdtempSync(path.join(tmpdir(), "bench-sentence-"));
  const tokenizer = await AutoTokenizer.fromPretrained(path.dirname(workload.tokenizer));
  await exportOnnx(makeModel(workload), tokenizer, folder);
  const { collate } = await makeBatches(workload);
  const ids = Array.from({ length: workload.steps }, (_, step) => {
    const inputs = collate(step);
    const row = Array.from(inputs.input_ids.dataSync());
    tf.dispose(inputs);
    return row;
  });
  const file = path.join(folder, "sentences.json");
  writeFileSync(file, JSON.stringify(ids));
  return {
    script: path.join(__dirname, "peers", "ort_sentence.py"),
    args: ["--model", path.join(folder, "onnx", "model.onnx"), "--sentences", file],
    cleanUp: () => rmSync(folder, { recursive: true }),
  };
}
