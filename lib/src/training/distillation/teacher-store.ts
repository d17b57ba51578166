import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { ELEMENT_TYPES, elementsAt, type DType, type StateDict } from "../../checkpoints/dtypes";
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

interface OpenShard {
  descriptor: number;
  offsets: Int32Array;
  /** Place in the file and width of each tensor. */
  tensors: ReadonlyMap<string, { start: number; width: number; dtype: DType }>;
}

/**
 * A teacher's outputs on disk, a safetensors file for each {@link ROWS_PER_SHARD} rows of the dataset. Vectors are kept
 * in half precision (a token's 384 numbers are 768 bytes), logits exactly. A file is there whole or not at all, so what
 * was computed before a kill is there after it.
 */
export class TeacherStore {
  private readonly shards = new Map<number, OpenShard>();

  /** @param directory  made if need be */
  constructor(
    readonly directory: string,
    private readonly tensors: readonly TeacherTensor[],
  ) {
    mkdirSync(directory, { recursive: true });
  }

  private file(shard: number): string {
    return path.join(this.directory, `rows-${String(shard * ROWS_PER_SHARD).padStart(9, "0")}.safetensors`);
  }

  async write(shard: number, { lengths, values }: TeacherRows): Promise<void> {
    const offsets = new Int32Array(lengths.length + 1);
    for (const [row, length] of lengths.entries()) offsets[row + 1] = offsets[row]! + length;
    const content: StateDict = new Map([[OFFSETS, { dtype: "I32", shape: [offsets.length], data: offsets }]]);
    for (const { name, per } of this.tensors) {
      const numbers = values.get(name)!;
      const rows = per === "token" ? offsets[lengths.length]! : lengths.length;
      const shape = [rows, numbers.length / rows];
      content.set(
        name,
        name === LOGITS
          ? { dtype: "F32", shape, data: numbers }
          : { dtype: "F16", shape, data: float32ToFloat16(numbers) },
      );
    }
    await writeSafetensors(this.file(shard), content);
  }

  /** @returns whether the shard is there, for reading from now on */
  async open(shard: number): Promise<boolean> {
    const file = this.file(shard);
    let header: SafetensorsFile;
    try {
      header = await SafetensorsFile.open(file);
    } catch (error) {
      if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return false;
      throw error;
    }
    try {
      const tensors = new Map(
        this.tensors.map(({ name }) => {
          const entry = header.header.tensors.get(name);
          if (!entry) throw new CheckpointError(`${file}: has no tensor '${name}'; delete the file.`);
          return [name, { start: header.byteOffset(name), width: entry.shape[1]!, dtype: entry.dtype }];
        }),
      );
      const offsets = (await header.read(OFFSETS)).data as Int32Array;
      this.shards.set(shard, { descriptor: openSync(file, "r"), offsets, tensors });
    } finally {
      await header.close();
    }
    return true;
  }

  /**
   * A tensor's rows for some rows of the dataset, one after the other.
   *
   * @returns [their tokens, width] or [rows, width]
   */
  read(
    { name, per }: TeacherTensor,
    indices: ArrayLike<number>,
  ): { shape: [number, number]; data: Float32Array } {
    const parts = Array.from(indices, (index) => {
      const shard = this.shards.get(Math.floor(index / ROWS_PER_SHARD));
      if (!shard) throw new CheckpointError(`${this.directory}: row ${index} has no outputs of the teacher.`);
      const row = index % ROWS_PER_SHARD;
      const [from, to] = per === "token" ? [shard.offsets[row]!, shard.offsets[row + 1]!] : [row, row + 1];
      return this.readRows(shard, name, from, to);
    });
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const width = parts[0]?.width ?? 0;
    const data = new Float32Array(rows * width);
    let at = 0;
    for (const part of parts) {
      data.set(part.values, at);
      at += part.values.length;
    }
    return { shape: [rows, width], data };
  }

  /** Tokens that the teacher saw of a row. */
  tokens(index: number): number {
    const offsets = this.shards.get(Math.floor(index / ROWS_PER_SHARD))!.offsets;
    const row = index % ROWS_PER_SHARD;
    return offsets[row + 1]! - offsets[row]!;
  }

  close(): void {
    for (const { descriptor } of this.shards.values()) closeSync(descriptor);
    this.shards.clear();
  }

  private readRows({ descriptor, tensors }: OpenShard, name: string, from: number, to: number) {
    const { start, width, dtype } = tensors.get(name)!;
    const { bytes } = ELEMENT_TYPES[dtype];
    const wanted = (to - from) * width * bytes;
    const buffer = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const read = readSync(descriptor, buffer, done, wanted - done, start + from * width * bytes + done);
      if (read === 0)
        throw new CheckpointError(`${this.directory}: a file of the teacher's outputs is cut off.`);
      done += read;
    }
    const data = elementsAt(dtype, buffer.buffer, 0, (to - from) * width);
    return { values: toFloat32({ dtype, shape: [to - from, width], data }), rows: to - from, width };
  }
}
