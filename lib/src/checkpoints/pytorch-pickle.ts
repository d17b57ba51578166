import type { DType } from "./dtypes";
import { PickleError, PickleGlobal, type PickleHooks, PickleTuple } from "./pickle";
import { quoteName } from "./strict-json";

/** A run of elements that tensors are views on. */
export interface Storage {
  /** Its name in the file. */
  key: string;
  dtype: DType;
  /** Elements in it. */
  length: number;
}

/** A tensor as PyTorch stores it: which elements of a storage, in which order. */
export interface StoredTensor {
  storage: Storage;
  /** Element of the storage where it begins. */
  offset: number;
  shape: number[];
  /** Elements from one index to the next, for each axis. */
  stride: number[];
}

/** A file of torch.save with its storages not read yet. */
export interface PytorchArchive {
  tensors: Map<string, StoredTensor>;
  /** The bytes of a storage, as many as its length says. */
  readStorage(storage: Storage, bytes: number): Promise<ArrayBuffer>;
}

const STORAGE_TYPES: ReadonlyMap<string, DType> = new Map([
  ["torch.DoubleStorage", "F64"],
  ["torch.FloatStorage", "F32"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
]);

/** Our own class, so that a value of a pickle can be told from a tensor that we made. */
class Rebuilt implements StoredTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: number[],
    readonly stride: number[],
  ) {}
}

class StorageView {
  constructor(
    readonly storage: Storage,
    /** Elements to skip; not 0 only in files of PyTorch before 0.4. */
    readonly offset: number,
  ) {}
}

const FUNCTIONS = new Map<string, (args: readonly unknown[]) => unknown>([
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_parameter", rebuildParameter],
  ["collections.OrderedDict", orderedDict],
]);

/**
 * What a pickled state dict may refer to: tensors, parameters, ordered dicts and typed storages.
 *
 * @see torch._weights_only_unpickler, the same idea in PyTorch
 */
export const STATE_DICT_HOOKS: PickleHooks = {
  isKnown: (name) => FUNCTIONS.has(name) || STORAGE_TYPES.has(name),
  call(name, args) {
    const implementation = FUNCTIONS.get(name);
    if (!implementation) throw new PickleError(`it calls ${name}, which is no function`);
    return implementation(args);
  },
  persistentLoad: storageView,
};

/** The tensors of an unpickled state dict, by name. */
export function tensorsOf(value: unknown): Map<string, StoredTensor> {
  if (!(value instanceof Map)) throw new PickleError("it does not hold a dictionary of tensors");
  const tensors = new Map<string, StoredTensor>();
  for (const [name, tensor] of value as Map<unknown, unknown>) {
    if (typeof name !== "string") throw new PickleError("its dictionary has a key that is no string");
    if (!(tensor instanceof Rebuilt)) {
      const inside = tensor instanceof Map ? "; a training checkpoint's model has to be saved by itself" : "";
      throw new PickleError(`its entry ${quoteName(name)} is not a tensor${inside}`);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

/** What a file of nested dictionaries and lists holds: by the keys on the way, with dots between them. */
export interface NestedContent {
  tensors: Map<string, StoredTensor>;
  numbers: Map<string, number>;
}

/** Tensors and numbers of an unpickled optimizer's state; whatever else there is is passed over. */
export function nestedContentOf(value: unknown): NestedContent {
  const content: NestedContent = { tensors: new Map(), numbers: new Map() };
  collect(value, "", content, new Set(), { left: MOST_VALUES });
  return content;
}

/** References can repeat a small part beyond all bounds; an optimizer has some numbers a tensor. */
const MOST_VALUES = 1_000_000;
const MOST_LEVELS = 100;

function collect(
  value: unknown,
  path: string,
  content: NestedContent,
  above: Set<unknown>,
  budget: { left: number },
): void {
  if (budget.left-- === 0) throw new PickleError(`it holds more than ${MOST_VALUES} values`);
  if (value instanceof Rebuilt) return void content.tensors.set(path, value);
  if (typeof value === "number") return void content.numbers.set(path, value);
  const items = value instanceof PickleTuple ? value.items : value;
  const isList = Array.isArray(items);
  if (!isList && !(items instanceof Map)) return;
  if (above.has(value)) throw new PickleError("it holds itself");
  if (above.size === MOST_LEVELS) throw new PickleError(`it is nested more than ${MOST_LEVELS} levels deep`);
  above.add(value);
  for (const [key, item] of (items as unknown[] | Map<unknown, unknown>).entries()) {
    if (typeof key !== "string" && typeof key !== "number")
      throw new PickleError("a dictionary has a key that is neither text nor number");
    collect(item, path === "" ? String(key) : `${path}.${key}`, content, above, budget);
  }
  above.delete(value);
}

/** ("storage", type, key, device, length), and in the legacy format a view (key, offset, length) on it or None. */
function storageView(id: unknown): StorageView {
  const parts = id instanceof PickleTuple ? id.items : [];
  const [kind, type, key, , length, view] = parts;
  const dtype = type instanceof PickleGlobal ? STORAGE_TYPES.get(type.name) : undefined;
  if (kind !== "storage" || dtype === undefined || typeof key !== "string") {
    throw new PickleError("it refers to something outside that is not a storage");
  }
  const storage = { key, dtype, length: size(length, "the length of a storage") };
  if (view === undefined || view === null) return new StorageView(storage, 0);
  const [, offset, viewLength] = view instanceof PickleTuple ? view.items : [];
  const start = size(offset, "the offset of a storage view");
  if (start + size(viewLength, "the length of a storage view") > storage.length) {
    throw new PickleError(`it has a view past the end of storage ${quoteName(key)}`);
  }
  return new StorageView(storage, start);
}

function rebuildTensor(args: readonly unknown[]): StoredTensor {
  const [view, offset, shape, stride] = args;
  if (!(view instanceof StorageView))
    throw new PickleError("it builds a tensor from something that is no storage");
  const tensor = new Rebuilt(
    view.storage,
    view.offset + size(offset, "the offset of a tensor"),
    sizes(shape, "the shape of a tensor"),
    sizes(stride, "the stride of a tensor"),
  );
  if (tensor.shape.length !== tensor.stride.length) {
    throw new PickleError("it builds a tensor whose shape and stride differ in length");
  }
  return tensor;
}

function rebuildParameter([tensor]: readonly unknown[]): StoredTensor {
  if (!(tensor instanceof Rebuilt))
    throw new PickleError("it builds a parameter from something that is no tensor");
  return tensor;
}

/** Empty, or (Python 2) from a list of pairs. */
function orderedDict([pairs = []]: readonly unknown[]): Map<unknown, unknown> {
  const malformed = new PickleError("it builds an ordered dict from something that is no list of pairs");
  if (!Array.isArray(pairs)) throw malformed;
  const dict = new Map<unknown, unknown>();
  for (const pair of pairs as unknown[]) {
    const items = pair instanceof PickleTuple ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2) throw malformed;
    dict.set(items[0], items[1]);
  }
  return dict;
}

function sizes(value: unknown, what: string): number[] {
  if (!(value instanceof PickleTuple)) throw new PickleError(`${what} is not a tuple`);
  return value.items.map((item) => size(item, what));
}

function size(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new PickleError(`${what} is not a whole number from 0 to 2^53`);
}
