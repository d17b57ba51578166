import { readFile } from "../platform/files";
import path from "../platform/path";
import { CheckpointError } from "../errors";
import type { StateDict } from "./dtypes";
import { parseStrictJson, quoteName, type StrictJson } from "./strict-json";

/**
 * Reads weights that are spread over several files.
 *
 * @param index      path of the index, e.g. `model.safetensors.index.json`: `weight_map` says which file beside
 *                   it holds which tensor
 * @param readShard  reads one such file
 * @returns the tensors of the index, in its order
 * @throws CheckpointError for a damaged index, a missing shard, or a tensor that is not where the index says
 */
export async function readSharded(
  index: string,
  readShard: (file: string) => Promise<StateDict>,
): Promise<StateDict> {
  const weightMap = await readWeightMap(index);
  const tensors: StateDict = new Map();
  // Places first, so that the order is the index's, whichever shard is read when.
  for (const name of weightMap.keys())
    tensors.set(name, { dtype: "U8", shape: [0], data: new Uint8Array(0) });
  for (const shard of new Set(weightMap.values())) {
    const content = await readShard(path.join(path.dirname(index), shard));
    for (const [name, itsShard] of weightMap) {
      if (itsShard !== shard) continue;
      const tensor = content.get(name);
      if (!tensor)
        throw new CheckpointError(`${index}: tensor ${quoteName(name)} is not in its shard ${shard}.`);
      tensors.set(name, tensor);
    }
  }
  return tensors;
}

/**
 * Which file holds which tensor.
 *
 * @throws CheckpointError for a damaged index, or a shard that is no file beside it
 */
export async function readWeightMap(index: string): Promise<Map<string, string>> {
  const invalid = (rule: string): CheckpointError =>
    new CheckpointError(`${index}: ${rule}. The index is damaged; download or save the model again.`);
  let root: StrictJson;
  try {
    root = parseStrictJson(await readFile(index, "utf8"));
  } catch (error) {
    throw invalid((error as Error).message);
  }
  const map = root instanceof Map ? root.get("weight_map") : undefined;
  if (!(map instanceof Map)) throw invalid("there is no weight_map");
  const shards = new Map<string, string>();
  for (const [name, shard] of map) {
    if (typeof shard !== "string") throw invalid(`tensor ${quoteName(name)} has no file name`);
    if (!isPlainFileName(shard)) {
      throw invalid(
        `tensor ${quoteName(name)}: shard ${quoteName(shard)} is not the name of a file beside the index`,
      );
    }
    shards.set(name, shard);
  }
  return shards;
}

/** A name from a file that somebody else wrote must not lead out of the folder. */
function isPlainFileName(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  return name !== "" && name !== "." && name !== ".." && !/[/\\:\u0000-\u001f]/.test(name);
}
