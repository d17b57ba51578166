import { existsSync } from "../platform/files";
import path from "../platform/path";
import { CheckpointError } from "../errors";
import type { StateDict } from "./dtypes";
import { readPytorchBin } from "./pytorch-bin";
import { readSafetensors } from "./safetensors";

/** The files in which PEFT keeps an adapter's weights, best first. */
export const ADAPTER_FILE = "adapter_model.safetensors";
const OLD_ADAPTER_FILE = "adapter_model.bin";

/** Whether a folder has the weights of an adapter, rather than of a whole model. */
export function hasAdapter(directory: string): boolean {
  return [ADAPTER_FILE, OLD_ADAPTER_FILE].some((name) => existsSync(path.join(directory, name)));
}

/** Reads the weights of an adapter, under the names in the file. @throws CheckpointError if there are none */
export async function readAdapterWeights(directory: string): Promise<StateDict> {
  const file = path.join(directory, ADAPTER_FILE);
  if (existsSync(file)) return (await readSafetensors(file)).tensors;
  const old = path.join(directory, OLD_ADAPTER_FILE);
  if (existsSync(old)) return await readPytorchBin(old);
  throw new CheckpointError(`${directory}: has no ${ADAPTER_FILE}; it is not the folder of an adapter.`);
}
