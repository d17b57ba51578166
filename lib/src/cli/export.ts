import { statSync } from "node:fs";
import { exportOnnx, type ExportOnnxOptions } from "../export/onnx/export-onnx";
import { modelAndOutput, openClassifier } from "./classifier";
import { keepOutputForJson, printJson } from "./talk";
import { parse, UsageError } from "./usage";

/** `finetune export`: a classifier as ONNX, for transformers.js and other runtimes. */
export async function exportModel(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    {
      model: { type: "string" },
      output: { type: "string" },
      quantize: { type: "string" },
      json: { type: "boolean" },
    },
    1,
  );
  const { model: name, output } = modelAndOutput(positionals, values);
  if (name === undefined) throw new UsageError("export: which model? A folder, or a name on the Hub");
  if (output === undefined) throw new UsageError("export: where to? --output DIRECTORY");
  const quantize = readQuantization(values.quantize);
  if (values.json) keepOutputForJson();
  const { model, tokenizer } = await openClassifier(name);
  const options: ExportOnnxOptions = quantize ? { quantize } : {};
  const files = await exportOnnx(model, tokenizer, output, options);
  if (values.json) printJson({ model: name, output, files });
  else for (const file of files) process.stdout.write(`wrote ${file} (${megabytes(file)})\n`);
  return 0;
}

function readQuantization(value: string | undefined): ExportOnnxOptions["quantize"] {
  if (value === undefined || value === "int8" || value === "fp16") return value;
  throw new UsageError(`--quantize is "int8" or "fp16", not "${value}"`);
}

const megabytes = (file: string) => `${(statSync(file).size / 1e6).toFixed(1)} MB`;
