import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";

/**
 * Where the sequences of a packed batch lie: the tokens of all sequences follow each other without padding, and
 * sequence s owns the rows `offsets[s]` … `offsets[s + 1] - 1`. (FlashAttention calls this `cu_seqlens`.)
 */
export class SequenceLayout {
  /** Number of sequences. */
  readonly count: number;
  /** Rows of the packed tensor. */
  readonly tokens: number;
  /** Length of the longest sequence. */
  readonly maxLength: number;
  /** Pairs of tokens of one sequence: the sum of the squared lengths. */
  readonly pairs: number;

  /** @param offsets  count + 1 ascending row numbers, the first of them 0 */
  constructor(readonly offsets: Int32Array) {
    this.count = offsets.length - 1;
    this.tokens = offsets[this.count]!;
    const lengths = Array.from({ length: this.count }, (_, sequence) => this.length(sequence));
    this.maxLength = lengths.reduce((most, length) => Math.max(most, length), 0);
    this.pairs = lengths.reduce((sum, length) => sum + length ** 2, 0);
  }

  /** Of each row, its place in its sequence. */
  get places(): Int32Array {
    const places = new Int32Array(this.tokens);
    for (let s = 0; s < this.count; s++) {
      for (let i = 0; i < this.length(s); i++) places[this.offsets[s]! + i] = i;
    }
    return places;
  }

  length(sequence: number): number {
    return this.offsets[sequence + 1]! - this.offsets[sequence]!;
  }

  /** Packed row of each place in a [count, maxLength] grid; places of padding get the row number `tokens`. */
  gridToPacked(): Int32Array {
    const rows = new Int32Array(this.count * this.maxLength).fill(this.tokens);
    for (let s = 0; s < this.count; s++) {
      for (let i = 0; i < this.length(s); i++) rows[s * this.maxLength + i] = this.offsets[s]! + i;
    }
    return rows;
  }

  /** Place in a [count, maxLength] grid of each packed row. */
  packedToGrid(): Int32Array {
    const places = new Int32Array(this.tokens);
    for (let s = 0; s < this.count; s++) {
      for (let i = 0; i < this.length(s); i++) places[this.offsets[s]! + i] = s * this.maxLength + i;
    }
    return places;
  }
}

/**
 * Lays packed rows out in a grid, zeros where a sequence has ended.
 *
 * @param x  [tokens, hidden]
 * @returns  [count * maxLength, hidden]
 */
export function padSequences(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D {
  return customGradient([x], () => ({
    value: toGrid(x, layout),
    saved: [],
    gradient: (dy) => [tf.gather(dy, tf.tensor1d(layout.packedToGrid(), "int32"))],
  })) as tf.Tensor2D;
}

/** The inverse of {@link padSequences}: drops the rows of padding. */
export function packSequences(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D {
  return customGradient([x], () => ({
    value: tf.gather(x, tf.tensor1d(layout.packedToGrid(), "int32")),
    saved: [],
    gradient: (dy) => [toGrid(dy as tf.Tensor2D, layout)],
  })) as tf.Tensor2D;
}

function toGrid(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D {
  const withZeroRow = tf.concat([x, tf.zeros<tf.Rank.R2>([1, x.shape[1]])], 0);
  return tf.gather(withZeroRow, tf.tensor1d(layout.gridToPacked(), "int32"));
}
