import path from "../../platform/path";
import { writeFileAtomic } from "../../checkpoints/atomic-file";
import { writeJson } from "../../checkpoints/json";
import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { PreTrainedModel } from "../../models/pretrained-model";
import type { PreTrainedTokenizer } from "../../tokenizers/pretrained-tokenizer";
import { OnnxBuilder } from "./builder";
import { OnnxGraph } from "./graph";
import { encodeModel } from "./model-file";
import { DynamicInt8, Floats, type Precision } from "./precision";
import { DATA_TYPE } from "./tensor";

/** How weights are made smaller: to 8 bits with activations cut to 8 bits as they come, or to half precision. */
export type Quantization = "int8" | "fp16";

export interface ExportOnnxOptions {
  /** A smaller model beside the exact one: "int8" is a quarter of its size, "fp16" half. Default: none. */
  quantize?: Quantization;
}

/** The names by which transformers.js asks for each: its dtype "q8", and "fp16". */
const QUANTIZED: Readonly<Record<Quantization, { file: string; precision: () => Precision }>> = {
  int8: { file: "model_quantized.onnx", precision: () => new DynamicInt8() },
  fp16: { file: "model_fp16.onnx", precision: () => new Floats("float16") },
};

/**
 * Writes a model for ONNX runtimes (operator set 17; batch and length are free) in the folder's layout that transformers.js
 * reads: `onnx/model.onnx`, `config.json` and the tokenizer's files. Each file is replaced atomically.
 *
 * Inputs are `input_ids`, `attention_mask` and `token_type_ids`, int64 [batch, length]; outputs have transformers' names.
 *
 * @returns the ONNX files
 * @throws ConfigError for a model with an adapter (merge it first), one that nobody has described, or an unknown option
 * @see optimum.exporters.onnx
 * @example
 * await exportOnnx(model, tokenizer, "out/web", { quantize: "int8" });
 * // in a browser or in Node: await pipeline("text-classification", "out/web", { dtype: "q8" }) of @huggingface/transformers
 */
export async function exportOnnx(
  model: PreTrainedModel<object>,
  tokenizer: PreTrainedTokenizer,
  directory: string,
  options: ExportOnnxOptions = {},
): Promise<string[]> {
  refuseUnknownOptions("exportOnnx", options, ["quantize"]);
  const { quantize } = options;
  if (quantize !== undefined && !Object.hasOwn(QUANTIZED, quantize)) {
    throw new ConfigError(`exportOnnx: quantize is "int8" or "fp16", not ${JSON.stringify(quantize)}.`);
  }
  const files: string[] = [];
  for (const variant of quantize ? [undefined, quantize] : [undefined]) {
    const file = path.join(directory, "onnx", variant ? QUANTIZED[variant].file : "model.onnx");
    await writeFileAtomic(file, await onnxModel(model, variant));
    files.push(file);
  }
  const config = { ...model.config.toJson(), architectures: [model.architecture] };
  await writeJson(path.join(directory, "config.json"), config, model.config.fractions);
  await tokenizer.savePretrained(directory);
  return files;
}

/**
 * The file of a graph, in pieces.
 *
 * @param quantize  undefined: with the weights as they are
 */
export async function onnxModel(
  model: PreTrainedModel<object>,
  quantize: Quantization | undefined,
): Promise<Uint8Array[]> {
  const precision = quantize ? QUANTIZED[quantize].precision() : new Floats("float32");
  const weights = await model.stateDict();
  const graph = new OnnxGraph(model.architecture);
  const shape = ["batch_size", "sequence_length"];
  for (const name of ["input_ids", "attention_mask", "token_type_ids"]) {
    graph.inputs.push({ name, type: "int64", shape });
  }
  const outputs = model.describe(new OnnxBuilder(graph, weights, precision));
  for (const [name, { value, shape }] of Object.entries(outputs)) {
    // Callers get float32, whatever is computed with.
    graph.nodes.push({ op: "Cast", inputs: [value], outputs: [name], attributes: { to: DATA_TYPE.float32 } });
    graph.outputs.push({ name, type: "float32", shape });
  }
  return await encodeModel(graph, "finetune-ts");
}
