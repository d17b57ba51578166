import { closeSync, mkdirSync, openSync, readSync } from "../../platform/files";
import path from "../../platform/path";
import { byteLength, elementsAt, type DType, type StateDict } from "../../checkpoints/dtypes";
import { float32ToFloat16, toFloat32 } from "../../checkpoints/float-formats";
import { SafetensorsFile } from "../../checkpoints/safetensors";
import { writeSafetensors } from "../../checkpoints/safetensors-writer";
import { CheckpointError } from "../../errors";
import { LOGITS, type TeacherTensor } from "./teacher-tensors";

/** Rows of the dataset in one file: some tens of megabytes. */
export const ROWS_PER_SHARD = 1024;

const OFFSETS = "offsets";

/** A teacher's outputs of some rows that follow each other. */
export interface TeacherRows {
  /** Tokens of each row. */
  lengths: readonly number[];
  /** By tensor: [tokens, width] or [rows, width], row-major. */
  values: ReadonlyMap<string, Float32Array>;
}

/** Where things lie in one file. */
interface Shard {
  file: string;
  /** Tokens before each row, and of all rows. */
  offsets: Int32Array;
  tensors: ReadonlyMap<string, { start: number; width: number; dtype: DType }>;
}

/** Rows of one tensor, row-major. */
interface Rows {
  shape: [rows: number, width: number];
  data: Float32Array;
}

/**
 * A teacher's outputs on disk, a safetensors file for each {@link ROWS_PER_SHARD} rows of the dataset. Vectors are kept
 * in half precision (a token's 384 numbers are 768 bytes), logits exactly. A file is there whole or not at all, so what
 * was computed before a kill is there after it. Files are open only while they are read, however many there are.
 */
export class TeacherStore {
  private readonly shards = new Map<number, Shard>();

  /** @param directory  made if need be */
  constructor(
    readonly directory: string,
    private readonly tensors: readonly TeacherTensor[],
  ) {
    mkdirSync(directory, { recursive: true });
  }

  private file(shard: number): string {
    const first = String(shard * ROWS_PER_SHARD).padStart(9, "0");
    return path.join(this.directory, `rows-${first}.safetensors`);
  }

  async write(shard: number, { lengths, values }: TeacherRows): Promise<void> {
    const offsets = new Int32Array(lengths.length + 1);
    for (const [row, length] of lengths.entries()) offsets[row + 1] = offsets[row]! + length;
    const content: StateDict = new Map([[OFFSETS, { dtype: "I32", shape: [offsets.length], data: offsets }]]);
    for (const { name, per } of this.tensors) {
      const numbers = values.get(name)!;
      const rows = per === "token" ? offsets[lengths.length]! : lengths.length;
      const shape = [rows, numbers.length / rows];
      const isExact = name === LOGITS;
      content.set(
        name,
        isExact
          ? { dtype: "F32", shape, data: numbers }
          : { dtype: "F16", shape, data: float32ToFloat16(numbers) },
      );
    }
    await writeSafetensors(this.file(shard), content);
  }

  /** @returns whether the shard is there, for reading from now on */
  async open(shard: number): Promise<boolean> {
    const file = this.file(shard);
    let content: SafetensorsFile;
    try {
      content = await SafetensorsFile.open(file);
    } catch (error) {
      if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return false;
      throw error;
    }
    try {
      const tensors = new Map(
        this.tensors.map(({ name }) => {
          const entry = content.header.tensors.get(name);
          if (!entry) throw new CheckpointError(`${file}: has no tensor '${name}'; delete the file.`);
          return [name, { start: content.byteOffset(name), width: entry.shape[1]!, dtype: entry.dtype }];
        }),
      );
      const offsets = (await content.read(OFFSETS)).data as Int32Array;
      this.shards.set(shard, { file, offsets, tensors });
    } finally {
      await content.close();
    }
    return true;
  }

  /** Every tensor for some rows of the dataset: their tokens one after the other, or the rows themselves. */
  read(indices: ArrayLike<number>): Map<string, Rows> {
    const parts = new Map<string, Rows[]>(this.tensors.map(({ name }) => [name, []]));
    for (const index of Array.from(indices)) {
      const { shard, row } = this.place(index);
      const descriptor = openSync(shard.file, "r");
      try {
        for (const { name, per } of this.tensors) {
          const [from, to] =
            per === "token" ? [shard.offsets[row]!, shard.offsets[row + 1]!] : [row, row + 1];
          parts.get(name)!.push(readRows(shard, descriptor, name, from, to));
        }
      } finally {
        closeSync(descriptor);
      }
    }
    return new Map(Array.from(parts, ([name, rows]) => [name, joined(rows)]));
  }

  /** Tokens that the teacher saw of a row. */
  tokens(index: number): number {
    const { shard, row } = this.place(index);
    return shard.offsets[row + 1]! - shard.offsets[row]!;
  }

  private place(index: number): { shard: Shard; row: number } {
    const shard = this.shards.get(Math.floor(index / ROWS_PER_SHARD));
    if (!shard) throw new CheckpointError(`${this.directory}: row ${index} has no outputs of the teacher.`);
    return { shard, row: index % ROWS_PER_SHARD };
  }
}

function readRows(
  { file, tensors }: Shard,
  descriptor: number,
  name: string,
  from: number,
  to: number,
): Rows {
  const { start, width, dtype } = tensors.get(name)!;
  const bytes = byteLength(dtype, 1);
  const buffer = new Uint8Array((to - from) * width * bytes);
  for (let done = 0; done < buffer.length;) {
    const position = start + from * width * bytes + done;
    const read = readSync(descriptor, buffer, done, buffer.length - done, position);
    if (read === 0) throw new CheckpointError(`${file}: is cut off; delete it, and it is computed anew.`);
    done += read;
  }
  const shape: [number, number] = [to - from, width];
  const data = elementsAt(dtype, buffer.buffer, 0, buffer.length);
  return { shape, data: toFloat32({ dtype, shape, data }) };
}

function joined(parts: readonly Rows[]): Rows {
  const width = parts[0]?.shape[1] ?? 0;
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [rows, width], data };
}
