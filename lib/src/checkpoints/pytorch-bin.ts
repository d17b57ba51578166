import { CheckpointError } from "../errors";
import { type ByteSource, memorySource, openFileSource } from "./byte-source";
import { byteLength, elementCount, type HostTensor, type StateDict } from "./dtypes";
import { PickleError, unpickle } from "./pickle";
import { isLegacy, openLegacy } from "./pytorch-legacy";
import {
  nestedContentOf,
  type PytorchArchive,
  STATE_DICT_HOOKS,
  type StoredTensor,
  tensorsOf,
} from "./pytorch-pickle";
import { quoteName } from "./strict-json";
import { contiguous, isContiguous, viewExtent } from "./strided";
import { ZipArchive } from "./zip-archive";

/** Copies of overlapping views could fill any memory from a small file; honest files need no more than this. */
const MIN_COPY_BUDGET = 2 ** 29;

/**
 * Reads a state dict that torch.save wrote, `pytorch_model.bin`, without executing what pickles can: a file
 * that refers to anything but tensors is refused, by the name of what it refers to. Tensors that share a storage
 * in the file (tied weights) share memory here; non-contiguous ones are copied into row-major order.
 *
 * @throws CheckpointError
 * @example
 * const weights = await readPytorchBin("pytorch_model.bin"); // runs nothing of the pickle
 */
export async function readPytorchBin(file: string): Promise<StateDict> {
  const source = await openFileSource(file);
  try {
    return await readFrom(source);
  } finally {
    await source.close();
  }
}

/** What torch.save wrote of nested dictionaries and lists. */
export interface PytorchObject {
  /** By the keys on the way, with dots between them: `state.0.exp_avg`. */
  tensors: StateDict;
  numbers: ReadonlyMap<string, number>;
}

/** Reads an optimizer's state, as safely as {@link readPytorchBin}. @throws CheckpointError */
export async function readPytorchObject(file: string): Promise<PytorchObject> {
  const source = await openFileSource(file);
  try {
    return await guarded(source, async () => {
      const { pickle, readStorage } = await openZip(source);
      const { tensors, numbers } = nestedContentOf(pickle);
      return { tensors: await materialize({ tensors, readStorage }, source), numbers };
    });
  } finally {
    await source.close();
  }
}

/**
 * Reads a state dict of torch.save from memory.
 *
 * @param bytes  the whole file
 * @param name   what messages call it
 */
export async function parsePytorchBin(bytes: Uint8Array, name: string = "(in memory)"): Promise<StateDict> {
  return readFrom(memorySource(bytes, name));
}

async function readFrom(source: ByteSource): Promise<StateDict> {
  return await guarded(source, async () => await materialize(await openArchive(source), source));
}

/** @throws CheckpointError that says what is wrong with the file */
async function guarded<T>(source: ByteSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new CheckpointError(
      `${source.name}: not a usable PyTorch file: ${error.message}. Get the weights as model.safetensors, or ` +
        `have transformers write them: model.save_pretrained(folder).`,
      { cause: error },
    );
  }
}

async function openArchive(source: ByteSource): Promise<PytorchArchive> {
  const head = new Uint8Array(await source.read(0, Math.min(4, source.size)));
  if (isLegacy(head)) return openLegacy(source);
  if (Buffer.from(head).toString("latin1") === "PK\x03\x04") {
    const { pickle, readStorage } = await openZip(source);
    return { tensors: tensorsOf(pickle), readStorage };
  }
  throw new PickleError("it begins neither as a zip archive nor as the older format of torch.save");
}

/** One folder in the archive holds `data.pkl`, `byteorder`, and a storage a file in `data/`. */
async function openZip(
  source: ByteSource,
): Promise<{ pickle: unknown; readStorage: PytorchArchive["readStorage"] }> {
  const archive = await ZipArchive.open(source);
  const pickles = archive.names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length !== 1) throw new PickleError("the archive has no data.pkl");
  const root = pickle.slice(0, -"data.pkl".length);
  if (archive.has(`${root}byteorder`)) {
    const order = Buffer.from(await archive.read(`${root}byteorder`)).toString("latin1");
    if (order !== "little")
      throw new PickleError(`its byte order is ${quoteName(order)}; only "little" is supported`);
  }
  const { value } = unpickle(new Uint8Array(await archive.read(pickle)), STATE_DICT_HOOKS);
  return { pickle: value, readStorage: ({ key }) => archive.read(`${root}data/${key}`) };
}

async function materialize(archive: PytorchArchive, source: ByteSource): Promise<StateDict> {
  checkViews(archive.tensors, Math.max(MIN_COPY_BUDGET, 2 * source.size));
  const storages = new Map<string, ArrayBuffer>();
  const state: StateDict = new Map();
  for (const [name, { storage, offset, shape, stride }] of archive.tensors) {
    const bytes = byteLength(storage.dtype, storage.length);
    const buffer = storages.get(storage.key) ?? (await archive.readStorage(storage, bytes));
    storages.set(storage.key, buffer);
    if (buffer.byteLength !== bytes) {
      throw new PickleError(
        `tensor ${quoteName(name)}: its storage has ${buffer.byteLength} bytes instead of ${bytes}`,
      );
    }
    const data = contiguous(buffer, storage.dtype, { offset, shape, stride });
    const tensor: HostTensor = { dtype: storage.dtype, shape, data };
    state.set(name, tensor);
  }
  return state;
}

/** Every element of every tensor must lie in its storage, before anything of that size is allocated. */
function checkViews(tensors: ReadonlyMap<string, StoredTensor>, copyBudget: number): void {
  let copied = 0;
  for (const [name, tensor] of tensors) {
    const { storage, shape, stride, offset } = tensor;
    const extent = viewExtent(tensor);
    if (extent === undefined || extent > storage.length) {
      throw new PickleError(
        `tensor ${quoteName(name)}: shape [${shape.join(", ")}], stride [${stride.join(", ")}] and offset ${offset} ` +
          `reach past the ${storage.length} elements of its storage`,
      );
    }
    if (!isContiguous(tensor)) copied += byteLength(storage.dtype, elementCount(shape) ?? 0);
    if (copied > copyBudget)
      throw new PickleError(`tensor ${quoteName(name)}: its strides repeat too many elements`);
  }
}
