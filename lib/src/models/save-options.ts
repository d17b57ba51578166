import type { HostTensor, StateDict } from "../checkpoints/dtypes";
import { float32ToBfloat16, float32ToFloat16, toFloat32 } from "../checkpoints/float-formats";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";

export interface SaveOptions {
  /** Default "float32". */
  dtype?: "float32" | "float16" | "bfloat16";
}

const STORED_AS = new Map<string, (tensor: HostTensor) => HostTensor>([
  ["float32", (tensor) => tensor],
  ["float16", (tensor) => ({ ...tensor, dtype: "F16", data: float32ToFloat16(toFloat32(tensor)) })],
  ["bfloat16", (tensor) => ({ ...tensor, dtype: "BF16", data: float32ToBfloat16(toFloat32(tensor)) })],
]);

/** How weights go into a file: the name of the format, and what makes it. @throws ConfigError for one that there is not */
export function storage(options: SaveOptions): { dtype: string; store: (weights: StateDict) => StateDict } {
  refuseUnknownOptions("savePretrained", options, ["dtype"]);
  const { dtype = "float32" } = options;
  const storeTensor = STORED_AS.get(dtype);
  if (!storeTensor) {
    throw new ConfigError(
      `savePretrained: dtype is ${JSON.stringify(dtype)}; there are ${[...STORED_AS.keys()].join(", ")}.`,
    );
  }
  const store = (weights: StateDict): StateDict =>
    new Map(Array.from(weights, ([name, tensor]) => [name, storeTensor(tensor)]));
  return { dtype, store };
}
