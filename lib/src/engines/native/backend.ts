import type * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { MatMulPrecision } from "../engine";
import type { HostMemory } from "../host/host-memory";
import type { Addon, Operand } from "./addon";
import { BlockPool, type Block } from "./block-pool";

/** Tensors with fewer elements live in ordinary JavaScript arrays. */
const POOLED_FROM = 1024;

/** Rows for which a matrix has room are a multiple of this; matrix products round up to it. */
const ROW_MULTIPLE = 32;

/** Unused memory that is kept for the next step. */
const MAX_IDLE_BYTES = 4 * 2 ** 30;

/** What the backend keeps of a tensor: MathBackendCPU's record, and where its memory comes from. */
interface NativeData {
  values?: tf.backend_util.BackendValues;
  dtype: tf.DataType;
  refCount: number;
  block?: Block;
  /** The same numbers as bf16, made when a product first needs them. */
  copy?: { block: Block; values: Uint16Array };
}

/**
 * tfjs's cpu backend with its memory in a pool of ours and, through the kernels registered for it, the hot operations
 * in C++. Tensors are plain typed arrays on both sides, so nothing is copied between the two.
 */
export class NativeBackend extends MathBackendCPU implements HostMemory {
  private readonly pool: BlockPool;
  private precision: MatMulPrecision = "f32";

  constructor(readonly addon: Addon) {
    super();
    this.pool = new BlockPool((bytes) => addon.allocateSegment(bytes), MAX_IDLE_BYTES);
    // The parent greets at its first write; see banner.ts.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** What matrix products of {@link operand}s run in; returns what it was. */
  setMatMulPrecision(precision: MatMulPrecision): MatMulPrecision {
    const before = this.precision;
    this.precision = precision;
    return before;
  }

  /** A new float32 tensor with arbitrary content. */
  allocate(shape: number[], dtype: "float32" | "int32" = "float32"): tf.TensorInfo {
    const size = shape.reduce((product, length) => product * length, 1);
    if (dtype === "int32") return this.makeTensorInfo(shape, dtype, new Int32Array(size));
    if (size < POOLED_FROM)
      return { dataId: super.write(new Float32Array(size), shape, dtype), shape, dtype };
    const block = this.pool.take(4 * paddedSize(shape, size));
    const dataId = super.write(new Float32Array(block.segment, block.offset, size), shape, dtype);
    this.record(dataId).block = block;
    return { dataId, shape, dtype };
  }

  /** The tensor's own memory. */
  float32(tensor: tf.TensorInfo): Float32Array {
    return this.record(tensor.dataId).values as Float32Array;
  }

  int32(tensor: tf.TensorInfo): Int32Array {
    return this.record(tensor.dataId).values as Int32Array;
  }

  /** As {@link float32}, with the room behind it that matrix products may round into. */
  storage(tensor: tf.TensorInfo): Float32Array {
    const { values, block } = this.record(tensor.dataId);
    return block ? new Float32Array(block.segment, block.offset, block.bytes / 4) : (values as Float32Array);
  }

  /** The tensor as a matrix product takes it: its {@link storage}, or under bf16 its copy, made once and kept. */
  operand(tensor: tf.TensorInfo): Operand {
    if (this.precision === "f32") return this.storage(tensor);
    const data = this.record(tensor.dataId);
    if (!data.copy) {
      const values = data.values as Float32Array;
      const block = this.pool.take(2 * paddedSize(tensor.shape, values.length));
      data.copy = { block, values: new Uint16Array(block.segment, block.offset, block.bytes / 2) };
      this.addon.toBfloat16(data.copy.values.subarray(0, values.length), values);
    }
    return data.copy.values;
  }

  /** For a kernel that changes a tensor in place: the bf16 copy, if there is one, which it has to change too. */
  existingCopy(tensor: tf.TensorInfo): Uint16Array | null {
    const { copy, values } = this.record(tensor.dataId);
    return copy ? copy.values.subarray(0, (values as Float32Array).length) : null;
  }

  /** Takes over a caller's values: kernels that work in place must not reach into the caller's arrays. */
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (!(values instanceof Float32Array) || dtype !== "float32") return super.write(values, shape, dtype);
    if (values.length < POOLED_FROM) {
      // Some of the parent's kernels return a part of their input; its block may be given out again before theirs.
      return super.write(this.pool.owns(values.buffer) ? values.slice() : values, shape, dtype);
    }
    const { dataId } = this.allocate(shape);
    (this.record(dataId).values as Float32Array).set(values);
    return dataId;
  }

  /** A copy: the tensor's own memory changes hands when it is disposed of. */
  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    return values instanceof Float32Array && this.pool.owns(values.buffer) ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = this.data.has(dataId) ? this.record(dataId) : undefined;
    const disposed = super.disposeData(dataId, force);
    if (disposed && data?.block) this.pool.release(data.block);
    if (disposed && data?.copy) this.pool.release(data.copy.block);
    return disposed;
  }

  /** Gives unused memory back to the system. */
  releaseIdleMemory(): void {
    this.pool.trim();
  }

  /** Beside tfjs's own figures: what the pool has taken from the system. */
  override memory(): { unreliable: boolean; reasons: string[]; numBytesReserved: number } {
    return { unreliable: false, reasons: [], numBytesReserved: this.pool.reservedBytes };
  }

  private record(dataId: object): NativeData {
    return this.data.get(dataId);
  }
}

/** Elements to make room for: matrices get whole multiples of rows. */
function paddedSize(shape: number[], size: number): number {
  if (shape.length !== 2) return size;
  return Math.ceil(shape[0]! / ROW_MULTIPLE) * ROW_MULTIPLE * shape[1]!;
}
