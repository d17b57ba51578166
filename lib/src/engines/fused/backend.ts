import type * as tf from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { MatMulPrecision } from "../engine";
import type { AdamWSettings } from "../fused-kernels";
import type { HostMemory } from "../host/host-memory";
import type { KernelLibrary, Operand, SegmentSource } from "../kernel-library";
import { BlockPool, type Block } from "./block-pool";
import { LazyTable } from "./lazy-table";

/** Tensors with fewer elements live in ordinary JavaScript arrays. */
const POOLED_FROM = 1024;

/** Rows for which a matrix has room are a multiple of this; matrix products round up to it. */
const ROW_MULTIPLE = 32;

/** Sparse matrices whose memory is kept. */
const MOST_ZERO_BLOCKS = 2;

/** Unused memory that is kept for the next step. */
const MAX_IDLE_BYTES = 4 * 2 ** 30;

/** What the backend keeps of a tensor: MathBackendCPU's record, and where its memory comes from. */
interface TensorRecord {
  values?: tf.backend_util.BackendValues;
  dtype: tf.DataType;
  refCount: number;
  block?: Block;
  /** Whether the values are a caller's array that was taken over; see {@link FusedBackend.adopt}. */
  adopted?: boolean;
  /** The same numbers as bf16, made when a product first needs them. */
  copy?: { block: Block; values: Uint16Array };
  /** Of a matrix that is zero elsewhere: the rows that are not, each once. */
  sparse?: { rows: Int32Array; width: number };
  /** The sum of the squares, where it was taken while the numbers were still in the caches. */
  squares?: number;
  /** Of a table or its moments whose rows are brought up to date when they are read; `values` then does so for all. */
  lazy?: { table: LazyTable; values: Float32Array };
}

/**
 * tfjs's cpu backend with its memory in a pool of ours and, through the kernels registered for it, the hot operations
 * in C++. Tensors are plain typed arrays on both sides, so nothing is copied between the two.
 */
export class FusedBackend extends MathBackendCPU implements HostMemory {
  private readonly pool: BlockPool;
  /** Blocks that hold nothing but zeros, for {@link allocateSparse}. */
  private zeroBlocks: Block[] = [];
  private precision: MatMulPrecision = "f32";
  /** Tensors that the kernel under way has made. */
  private made: object[] = [];

  constructor(
    readonly library: KernelLibrary,
    readonly segments: SegmentSource,
    /** Of all tensors. */
    maxBytes = Infinity,
  ) {
    super();
    this.pool = new BlockPool(segments, MAX_IDLE_BYTES, maxBytes);
    // The parent greets at its first write; see banner.ts.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** What matrix products of {@link operand}s run in; returns what it was. */
  setMatMulPrecision(precision: MatMulPrecision): MatMulPrecision {
    const before = this.precision;
    this.precision = precision;
    return before;
  }

  get matMulPrecision(): MatMulPrecision {
    return this.precision;
  }

  /** A new float32 tensor with arbitrary content. */
  allocate(shape: number[], dtype: "float32" | "int32" = "float32"): tf.TensorInfo {
    const size = sizeOf(shape);
    if (dtype === "int32") return this.makeTensorInfo(shape, dtype, new Int32Array(size));
    if (size < POOLED_FROM) return { dataId: this.add(new Float32Array(size), shape, dtype), shape, dtype };
    const block = this.pool.take(4 * paddedSize(shape, size));
    const dataId = this.add(float32At(block, size), shape, dtype);
    this.record(dataId).block = block;
    return { dataId, shape, dtype };
  }

  /** A new float32 matrix of zeros, in which the caller changes the given rows alone. */
  allocateSparse(shape: [number, number], rows: Int32Array): tf.TensorInfo {
    const size = shape[0] * shape[1];
    const bytes = 4 * paddedSize(shape, size);
    const index = this.zeroBlocks.findIndex((block) => block.bytes >= bytes && block.bytes < bytes + 1024);
    const [reused] = index === -1 ? [] : this.zeroBlocks.splice(index, 1);
    const block = reused ?? this.pool.take(bytes);
    const values = float32At(block, size);
    if (!reused) values.fill(0);
    const dataId = this.add(values, shape, "float32");
    Object.assign(this.record(dataId), {
      block,
      sparse: { rows: Int32Array.from(new Set(rows)), width: shape[1] },
    });
    return { dataId, shape, dtype: "float32" };
  }

  /** Rows that are not zero, of a matrix from {@link allocateSparse}. */
  rowsOf(tensor: tf.TensorInfo): Int32Array | undefined {
    return this.record(tensor.dataId).sparse?.rows;
  }

  /** The tensor's own memory, of which the caller reads the given rows alone. */
  float32Rows(tensor: tf.TensorInfo, rows: Int32Array): Float32Array {
    const { lazy } = this.record(tensor.dataId);
    if (!lazy) return this.float32(tensor);
    lazy.table.catchUp(rows);
    return lazy.values;
  }

  /** The table of a weight that is updated lazily from now on, together with its moments. */
  lazyTable(
    weight: tf.TensorInfo,
    moments: { first: tf.TensorInfo; second: tf.TensorInfo },
    settings: AdamWSettings,
  ): LazyTable {
    const existing = this.record(weight.dataId).lazy?.table;
    const tensors = { weight, ...moments };
    const isSame = Object.values(tensors).every(({ dataId }) => this.record(dataId).lazy?.table === existing);
    if (existing && isSame && existing.accepts(settings)) return existing;
    Object.values(tensors).forEach(({ dataId }) => this.endLaziness(this.record(dataId)));
    const memory = {
      weight: this.float32(weight),
      first: this.float32(moments.first),
      second: this.float32(moments.second),
      hidden: weight.shape[1]!,
    };
    const table = new LazyTable(this.library, memory, settings);
    for (const { dataId } of Object.values(tensors)) {
      const data = this.record(dataId);
      const values = data.values as Float32Array;
      data.lazy = { table, values };
      // Whoever reads the whole tensor, the cpu backend's kernels among them, finds it up to date.
      Object.defineProperty(data, "values", {
        configurable: true,
        enumerable: true,
        get: () => {
          table.catchUpAll();
          return values;
        },
      });
    }
    return table;
  }

  /** The tensor's own memory. */
  float32(tensor: tf.TensorInfo): Float32Array {
    return this.record(tensor.dataId).values as Float32Array;
  }

  /** As {@link float32}, for a caller that changes it; undefined for what it must not: shared, sparse or lazy memory. */
  memoryToChange(tensor: tf.TensorInfo): Float32Array | undefined {
    const data = this.record(tensor.dataId);
    if (data.refCount > 1 || data.sparse || data.lazy) return undefined;
    data.squares = undefined;
    if (data.copy) this.pool.release(data.copy.block);
    data.copy = undefined;
    return data.values as Float32Array;
  }

  int32(tensor: tf.TensorInfo): Int32Array {
    return this.record(tensor.dataId).values as Int32Array;
  }

  /** As {@link float32}, with the room behind it that matrix products may round into. */
  storage(tensor: tf.TensorInfo): Float32Array {
    const { values, block } = this.record(tensor.dataId);
    return block ? float32At(block, block.bytes / 4) : (values as Float32Array);
  }

  /** The tensor as a matrix product takes it: its {@link storage}, or under bf16 its copy, made once and kept. */
  operand(tensor: tf.TensorInfo): Operand {
    if (this.precision === "f32") return this.storage(tensor);
    const data = this.record(tensor.dataId);
    if (!data.copy) {
      const values = data.values as Float32Array;
      const block = this.pool.take(2 * paddedSize(tensor.shape, values.length));
      data.copy = { block, values: uint16At(block) };
      this.library.toBfloat16(data.copy.values.subarray(0, values.length), values);
    }
    return data.copy.values;
  }

  /** For a kernel that has just written a gradient: the sum of its squares, which its norm will need, is cheap now. */
  noteSquares(tensor: tf.TensorInfo, squares: number): void {
    this.record(tensor.dataId).squares = squares;
  }

  squaresOf(tensor: tf.TensorInfo): number | undefined {
    return this.record(tensor.dataId).squares;
  }

  /** For a kernel that changes a tensor in place: the bf16 copy, if there is one, which it has to change too. */
  existingCopy(tensor: tf.TensorInfo): Uint16Array | null {
    const { copy } = this.record(tensor.dataId);
    return copy ? copy.values.subarray(0, sizeOf(tensor.shape)) : null;
  }

  /** Takes over a caller's values: kernels that work in place must not reach into the caller's arrays. */
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (!(values instanceof Float32Array) || dtype !== "float32") return this.add(values, shape, dtype);
    if (values.length < POOLED_FROM) {
      // Some of the parent's kernels return a part of their input, too; its block may be given out again before theirs.
      return this.add(values.slice(), shape, dtype);
    }
    const { dataId } = this.allocate(shape);
    (this.record(dataId).values as Float32Array).set(values);
    return dataId;
  }

  /** Whether kernels can work on arrays of any origin: memory of a module of its own is all that a module reaches. */
  get adoptsArrays(): boolean {
    return this.segments.reachesAllMemory ?? false;
  }

  /** A tensor whose memory is an array of the caller, which is the tensor's from now on. */
  adopt(values: Float32Array, shape: number[]): tf.TensorInfo {
    const dataId = this.add(values, shape, "float32");
    this.record(dataId).adopted = true;
    return { dataId, shape, dtype: "float32" };
  }

  /** Runs a kernel. If it fails, for want of memory say, the tensors that it has made are freed: nobody else knows them. */
  attempt<T>(kernel: () => T): T {
    this.made = [];
    try {
      return kernel();
    } catch (error) {
      for (const dataId of this.made) this.disposeData(dataId, true);
      throw error;
    } finally {
      this.made = [];
    }
  }

  private add(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = super.write(values, shape, dtype);
    this.made.push(dataId);
    return dataId;
  }

  /** A copy: the tensor's own memory changes when a kernel works in place, and changes hands when it is disposed of. */
  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    if (!(values instanceof Float32Array)) return values;
    const isOurs =
      values.length < POOLED_FROM || this.record(dataId).adopted || this.pool.owns(values.buffer);
    return isOurs ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = this.data.has(dataId) ? this.record(dataId) : undefined;
    const disposed = super.disposeData(dataId, force);
    if (!disposed || !data) return disposed;
    this.endLaziness(data);
    if (data.copy) this.pool.release(data.copy.block);
    if (data.block && data.sparse && this.zeroBlocks.length < MOST_ZERO_BLOCKS) this.keepZeros(data);
    else if (data.block) this.pool.release(data.block);
    return true;
  }

  private endLaziness(data: TensorRecord): void {
    if (!data.lazy) return;
    const { table, values } = data.lazy;
    table.catchUpAll();
    Object.defineProperty(data, "values", {
      value: values,
      configurable: true,
      enumerable: true,
      writable: true,
    });
    data.lazy = undefined;
  }

  /** Makes a sparse matrix's memory zero again, for the next one. */
  private keepZeros({ values, block, sparse }: TensorRecord): void {
    const matrix = values as Float32Array;
    const { rows, width } = sparse!;
    rows.forEach((row) => matrix.fill(0, row * width, (row + 1) * width));
    this.zeroBlocks.push(block!);
  }

  /** Gives unused memory back to the system. */
  releaseIdleMemory(): void {
    this.zeroBlocks.forEach((block) => this.pool.release(block));
    this.zeroBlocks = [];
    this.pool.trim();
  }

  /** Beside tfjs's own figures: what the pool has taken from the system. */
  override memory(): { unreliable: boolean; reasons: string[]; numBytesReserved: number } {
    return { unreliable: false, reasons: [], numBytesReserved: this.pool.reservedBytes };
  }

  private record(dataId: object): TensorRecord {
    return this.data.get(dataId);
  }
}

const float32At = ({ segment, offset }: Block, length: number) =>
  new Float32Array(segment.buffer, segment.byteOffset + offset, length);

const uint16At = ({ segment, offset, bytes }: Block) =>
  new Uint16Array(segment.buffer, segment.byteOffset + offset, bytes / 2);

function sizeOf(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Elements to make room for: matrices get whole multiples of rows. */
function paddedSize(shape: number[], size: number): number {
  if (shape.length !== 2) return size;
  return Math.ceil(shape[0]! / ROW_MULTIPLE) * ROW_MULTIPLE * shape[1]!;
}
