import { existsSync } from "../platform/files";
import path from "../platform/path";
import { CheckpointError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { hasAdapter } from "./adapter";
import type { StateDict } from "./dtypes";
import { readPytorchBin } from "./pytorch-bin";
import { parseSafetensors, readSafetensors } from "./safetensors";
import { readSharded } from "./sharded";

/** How files are read. */
export interface ReadStateDictOptions {
  /** Gives a file's bytes as memory that is read when it is looked at, or undefined where it cannot. Default: files are read. */
  mapFile?: ((file: string) => ArrayBuffer | undefined) | undefined;
}

type WeightReader = (file: string, options: ReadStateDictOptions) => Promise<StateDict>;

const readSafetensorsFile: WeightReader = async (file, { mapFile }) => {
  const mapped = mapFile?.(file);
  const content = mapped ? parseSafetensors(new Uint8Array(mapped), file) : await readSafetensors(file);
  return content.tensors;
};

/** The files that may hold a model's weights, best first, as transformers looks for them. */
const WEIGHT_FILES: readonly { name: string; read: WeightReader }[] = [
  { name: "model.safetensors", read: readSafetensorsFile },
  {
    name: "model.safetensors.index.json",
    read: (index, options) => readSharded(index, (shard) => readSafetensorsFile(shard, options)),
  },
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
export async function readStateDict(
  directory: string,
  options: ReadStateDictOptions = {},
): Promise<StateDict> {
  refuseUnknownOptions("readStateDict", options, ["mapFile"]);
  for (const { name, read } of WEIGHT_FILES) {
    const file = path.join(directory, name);
    if (existsSync(file)) return read(file, options);
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
