import { CheckpointError } from "../errors";
import { type ByteSource, openFileSource } from "./byte-source";
import { elementsAt, type HostTensor, type StateDict } from "./dtypes";
import { headerLength, parseHeader, PREFIX_BYTES, type SafetensorsHeader } from "./safetensors-header";
import { quoteName } from "./strict-json";

/** What a safetensors file holds. */
export interface SafetensorsContent {
  tensors: StateDict;
  metadata: Record<string, string>;
}

/**
 * A safetensors file of which only the header has been read: names, shapes and types at once, each tensor's
 * data when asked for. Close it when done.
 */
export class SafetensorsFile {
  private constructor(
    readonly header: SafetensorsHeader,
    private readonly source: ByteSource,
    private readonly dataStart: number,
  ) {}

  /** @throws CheckpointError for a file that cannot be opened or breaks a rule of the format */
  static async open(file: string): Promise<SafetensorsFile> {
    const source = await openFileSource(file);
    try {
      const prefix = await source.read(0, Math.min(PREFIX_BYTES, source.size));
      const length = headerLength(new Uint8Array(prefix), source.size, file);
      const json = await source.read(PREFIX_BYTES, length);
      const dataStart = PREFIX_BYTES + length;
      const header = parseHeader(new Uint8Array(json), source.size - dataStart, file);
      return new SafetensorsFile(header, source, dataStart);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** Reads one tensor into memory of its own. */
  async read(name: string): Promise<HostTensor> {
    const entry = this.header.tensors.get(name);
    if (!entry) throw new CheckpointError(`${this.source.name}: has no tensor ${quoteName(name)}.`);
    const { dtype, shape, begin, end } = entry;
    const buffer = await this.source.read(this.dataStart + begin, end - begin);
    const data = elementsAt(dtype, buffer, 0, end - begin);
    return { dtype, shape: shape.slice(), data };
  }

  /** Where a tensor's bytes lie in the file, for readers of parts of it. */
  byteOffset(name: string): number {
    const entry = this.header.tensors.get(name);
    if (!entry) throw new CheckpointError(`${this.source.name}: has no tensor ${quoteName(name)}.`);
    return this.dataStart + entry.begin;
  }

  /** Reads all tensors at once: views on one buffer, which lives as long as any of them. */
  async readAll(): Promise<StateDict> {
    const buffer = await this.source.read(this.dataStart, this.source.size - this.dataStart);
    return tensorsIn(this.header, buffer, 0);
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}

/**
 * Reads a safetensors file.
 *
 * @returns the tensors by ascending offset, as views on one buffer, and the writer's metadata
 * @throws CheckpointError that names file, rule and tensor for a file that breaks a rule of the format
 * @example
 * const { tensors, metadata } = await readSafetensors("model.safetensors");
 * tensors.get("bert.pooler.dense.weight")?.shape; // [768, 768]
 */
export async function readSafetensors(file: string): Promise<SafetensorsContent> {
  const source = await SafetensorsFile.open(file);
  try {
    return { tensors: await source.readAll(), metadata: source.header.metadata };
  } finally {
    await source.close();
  }
}

/**
 * Reads safetensors from memory.
 *
 * @param bytes  the whole file
 * @param name   what messages call it
 * @returns the tensors as views on `bytes` (misaligned ones as copies)
 */
export function parseSafetensors(bytes: Uint8Array, name: string = "(in memory)"): SafetensorsContent {
  const dataStart = PREFIX_BYTES + headerLength(bytes.subarray(0, PREFIX_BYTES), bytes.length, name);
  const header = parseHeader(bytes.subarray(PREFIX_BYTES, dataStart), bytes.length - dataStart, name);
  return {
    tensors: tensorsIn(header, bytes.buffer, bytes.byteOffset + dataStart),
    metadata: header.metadata,
  };
}

function tensorsIn(header: SafetensorsHeader, buffer: ArrayBufferLike, dataStart: number): StateDict {
  const tensors: StateDict = new Map();
  for (const [name, { dtype, shape, begin, end }] of header.tensors) {
    tensors.set(name, { dtype, shape, data: elementsAt(dtype, buffer, dataStart + begin, end - begin) });
  }
  return tensors;
}
