import { CheckpointError } from "../errors";
import type { ByteSource } from "./byte-source";
import { byteLength } from "./dtypes";
import { PickleError, type PickleHooks, unpickle } from "./pickle";
import {
  type PytorchArchive,
  STATE_DICT_HOOKS,
  type Storage,
  type StoredTensor,
  tensorsOf,
} from "./pytorch-pickle";

/** What torch.save wrote first, before it wrote zip archives. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
/** The pickles before the data hold names and shapes only; those of BERT-large take 60 kB. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;
const LENGTH_BYTES = 8;

const PLAIN_DATA: PickleHooks = {
  isKnown: () => false,
  call: () => undefined,
  persistentLoad() {
    throw new PickleError("it refers to something outside before its tensors");
  },
};

/** Whether a file begins as PyTorch before 1.6 began it: a pickle (protocol 2 or later) of the magic number. */
export function isLegacy(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[2] === 0x8a && head[3] === 10;
}

/**
 * Opens the format of PyTorch before 1.6, in which bert-base-uncased and its sisters were published: five
 * pickles (magic number, version, byte order, state dict, storage keys), then each storage, a length before it.
 *
 * @see torch.serialization._legacy_save
 */
export async function openLegacy(source: ByteSource): Promise<PytorchArchive> {
  const head = new Uint8Array(await source.read(0, Math.min(source.size, MAX_PICKLE_BYTES)));
  const magic = unpickle(head, PLAIN_DATA);
  if (magic.value !== MAGIC_NUMBER) throw new PickleError("it does not begin with PyTorch's number");
  const version = unpickle(head, PLAIN_DATA, magic.end);
  if (version.value !== PROTOCOL_VERSION) throw new PickleError("it has an unknown version");
  const system = unpickle(head, PLAIN_DATA, version.end);
  if (!(system.value instanceof Map) || system.value.get("little_endian") !== true) {
    throw new PickleError("it was written on a big-endian machine, which is not supported");
  }
  const content = unpickle(head, STATE_DICT_HOOKS, system.end);
  const tensors = tensorsOf(content.value);
  const keys = unpickle(head, PLAIN_DATA, content.end);
  const positions = await locateStorages(source, keys.value, keys.end, tensors);
  return {
    tensors,
    readStorage(storage, bytes) {
      const position = positions.get(storage.key);
      if (position === undefined) throw new PickleError(`it lacks storage ${JSON.stringify(storage.key)}`);
      return source.read(position, bytes);
    },
  };
}

/** The storages follow in the order of their keys. */
async function locateStorages(
  source: ByteSource,
  keys: unknown,
  start: number,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<Map<string, number>> {
  if (!Array.isArray(keys)) throw new PickleError("it has no list of storages");
  const storages = new Map<unknown, Storage>();
  for (const { storage } of tensors.values()) storages.set(storage.key, storage);
  const positions = new Map<string, number>();
  let at = start;
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage || positions.has(storage.key))
      throw new PickleError("it lists a storage that no tensor uses");
    const length = new DataView(await source.read(at, LENGTH_BYTES)).getBigInt64(0, true);
    if (length !== BigInt(storage.length)) {
      throw new PickleError(
        `storage ${JSON.stringify(key)} has ${length} elements instead of ${storage.length}`,
      );
    }
    positions.set(storage.key, at + LENGTH_BYTES);
    at += LENGTH_BYTES + byteLength(storage.dtype, storage.length);
  }
  if (at !== source.size) {
    throw new CheckpointError(
      `${source.name}: has ${source.size} bytes instead of ${at}; download it again.`,
    );
  }
  return positions;
}
