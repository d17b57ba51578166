import { existsSync } from "node:fs";
import path from "node:path";
import { CheckpointError } from "../errors";
import { hasAdapter } from "./adapter";
import type { StateDict } from "./dtypes";
import { readPytorchBin } from "./pytorch-bin";
import { readSafetensors } from "./safetensors";
import { readSharded } from "./sharded";

const readSafetensorsFile = async (file: string): Promise<StateDict> => (await readSafetensors(file)).tensors;

/** The files that may hold a model's weights, best first, as transformers looks for them. */
const WEIGHT_FILES: readonly { name: string; read: (file: string) => Promise<StateDict> }[] = [
  { name: "model.safetensors", read: readSafetensorsFile },
  { name: "model.safetensors.index.json", read: (index) => readSharded(index, readSafetensorsFile) },
  { name: "pytorch_model.bin", read: readPytorchBin },
  { name: "pytorch_model.bin.index.json", read: (index) => readSharded(index, readPytorchBin) },
];

/** Their names, best first. */
export const WEIGHT_FILE_NAMES: readonly string[] = WEIGHT_FILES.map(({ name }) => name);

/**
 * Whether a folder has a weight file that `readStateDict` would read.
 *
 * @example
 * hasWeights(await resolveCheckpoint("bert-3x384")); // true
 */
export function hasWeights(directory: string): boolean {
  return WEIGHT_FILES.some(({ name }) => existsSync(path.join(directory, name)));
}

/**
 * Reads the weights of a model directory: `model.safetensors` or `pytorch_model.bin`, whole or in shards.
 *
 * @throws CheckpointError that says what was looked for, or what is wrong with what was found
 * @example
 * const weights = await readStateDict("out/my-model");
 * model.loadStateDict(weights);
 */
export async function readStateDict(directory: string): Promise<StateDict> {
  for (const { name, read } of WEIGHT_FILES) {
    const file = path.join(directory, name);
    if (existsSync(file)) return read(file);
  }
  if (hasAdapter(directory)) {
    throw new CheckpointError(
      `${directory}: holds an adapter, not a whole model. Load the model that it was trained on, then ` +
        `PeftModel.fromPretrained(model, "${directory}").`,
    );
  }
  const names = WEIGHT_FILE_NAMES.join(", ");
  throw new CheckpointError(
    `${directory}: has no weights. Looked for ${names}. Weights of other frameworks (tf_model.h5, ` +
      `flax_model.msgpack) have to be saved by transformers as safetensors first.`,
  );
}
