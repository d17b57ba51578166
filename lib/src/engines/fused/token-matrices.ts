import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { FusedBackend } from "./backend";

/** Rows for which each matrix has room are a multiple of this; matrix products round up to it. */
const ROW_MULTIPLE = 32;

/** Matrices begin at multiples of so many floats. */
const ALIGNMENT = 64;

/** Matrices with a row for each token, one behind the other in the memory of one tensor, each with room for more rows behind it. */
export class TokenMatrices<Name extends string> {
  private readonly places = new Map<Name, { begin: number; columns: number; size: number }>();
  private readonly memory: Float32Array;
  readonly tensor: TensorInfo;

  /**
   * @param columns  of each matrix
   * @param tensor   what an earlier one of the same columns left; by default new memory, with arbitrary content
   */
  constructor(
    private readonly backend: FusedBackend,
    private readonly tokens: number,
    columns: Record<Name, number>,
    tensor?: TensorInfo,
  ) {
    const rows = Math.ceil(tokens / ROW_MULTIPLE) * ROW_MULTIPLE;
    let begin = 0;
    for (const [name, count] of Object.entries(columns) as [Name, number][]) {
      const size = rows * count;
      this.places.set(name, { begin, columns: count, size });
      begin += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    }
    this.tensor = tensor ?? backend.allocate([begin]);
    this.memory = backend.float32(this.tensor);
  }

  /** [tokens, columns] */
  matrix(name: Name): Float32Array {
    const { begin, columns } = this.places.get(name)!;
    return this.memory.subarray(begin, begin + this.tokens * columns);
  }

  /** The same with the room behind it that matrix products may round into. */
  storage(name: Name): Float32Array {
    const { begin, size } = this.places.get(name)!;
    return this.memory.subarray(begin, begin + size);
  }

  /** In the place of a matrix, one of 16-bit numbers with up to twice as many columns, with room for as many rows. */
  bits(name: Name): Uint16Array {
    const { begin, size } = this.places.get(name)!;
    return new Uint16Array(this.memory.buffer, this.memory.byteOffset + 4 * begin, 2 * size);
  }

  dispose(): void {
    this.backend.disposeIntermediateTensorInfo(this.tensor);
  }
}
