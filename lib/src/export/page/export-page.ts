import { mkdtemp, readFile, rm } from "../../platform/files";
import { gzip } from "../../platform/compression";
import { tmpdir } from "../../platform/machine";
import path from "../../platform/path";
import { writeFileAtomic } from "../../checkpoints/atomic-file";
import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import { scoreFunctionOf } from "../../models/problem-type";
import type { PreTrainedModel } from "../../models/pretrained-model";
import type { PreTrainedTokenizer } from "../../tokenizers/pretrained-tokenizer";
import { onnxModel, type Quantization } from "../onnx/export-onnx";
import type { PageSettings, PartName } from "./app/settings";
import { pageHtml } from "./html";
import { readProgram, readRuntime } from "./sources";

export interface ExportPageOptions {
  /** Heading of the page. Default "What is this text?". */
  title?: string;
  /** Texts that a visitor tries with a click. Default none. */
  examples?: readonly string[];
  /** How the weights are stored; null: exactly, four times as large. Default "int8". */
  quantize?: Quantization | null;
}

/**
 * Writes a page that classifies texts in the visitor's browser: a folder that any host serves as it is, or that is opened from
 * the disk by a double click. It asks no network, and its policy forbids it to.
 *
 * `index.html`, its program `app.js`, and `model.js`, `tokenizer.js` and `runtime.js` (onnxruntime's WebAssembly), each replaced
 * atomically. Needs the package onnxruntime-web.
 *
 * @returns the page's file
 * @throws ConfigError if onnxruntime-web is not installed, or the model is no classifier
 * @example
 * await exportPage(model, tokenizer, "out/page", { title: "Praise or blame?", examples: ["A wonderful film."] });
 */
export async function exportPage(
  model: PreTrainedModel<object>,
  tokenizer: PreTrainedTokenizer,
  directory: string,
  options: ExportPageOptions = {},
): Promise<string> {
  refuseUnknownOptions("exportPage", options, ["title", "examples", "quantize"]);
  const { title = "What is this text?", examples = [], quantize = "int8" } = options;
  if (!model.architecture.endsWith("ForSequenceClassification")) {
    throw new ConfigError(`exportPage: the page classifies; a ${model.architecture} does not.`);
  }
  const runtime = await readRuntime();
  const program = await readProgram();
  await writePart(directory, "runtime", runtime);
  await writePart(directory, "model", Buffer.concat(await onnxModel(model, quantize ?? undefined)));
  await writePart(directory, "tokenizer", await tokenizerFile(tokenizer));
  await writeFileAtomic(path.join(directory, "app.js"), program);
  const page = path.join(directory, "index.html");
  await writeFileAtomic(page, pageHtml({ title, examples }, settingsOf(model, tokenizer)));
  return page;
}

/** The tokenizer.json that a tokenizer saves. */
async function tokenizerFile(tokenizer: PreTrainedTokenizer): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), "finetune-page-"));
  try {
    await tokenizer.savePretrained(folder);
    return await readFile(path.join(folder, "tokenizer.json"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A script that hands its content to the page: the only thing that a page may load that was opened from a disk. */
async function writePart(directory: string, name: PartName, content: Uint8Array): Promise<void> {
  const packed = await gzip(content);
  const script = `finetunePart(${JSON.stringify(name)}, "${packed.toString("base64")}");\n`;
  await writeFileAtomic(path.join(directory, `${name}.js`), script);
}

function settingsOf({ config }: PreTrainedModel<object>, tokenizer: PreTrainedTokenizer): PageSettings {
  const { id2label, numLabels, longestSequence } = config;
  return {
    labels: Array.from({ length: numLabels }, (_, i) => id2label[i] ?? `LABEL_${i}`),
    scores: scoreFunctionOf(config),
    maxLength: Math.min(tokenizer.modelMaxLength, longestSequence),
  };
}
