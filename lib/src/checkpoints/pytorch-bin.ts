import { CheckpointError } from "../errors";
import type { StateDict } from "./dtypes";

export async function readPytorchBin(file: string): Promise<StateDict> {
  throw new CheckpointError(`${file}: not yet`);
}
