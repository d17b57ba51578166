import type { AdamWSettings } from "../fused-kernels";
import type { KernelLibrary } from "../kernel-library";

/** A row misses at most this many updates; each update brings this part of all rows up to date in turn. */
const MOST_MISSED = 64;

/** Updates that are remembered; a power of two above {@link MOST_MISSED}. */
const REMEMBERED = 128;

/** The memory of a table of weights and its moments, row by row. */
export interface TableMemory {
  weight: Float32Array;
  first: Float32Array;
  second: Float32Array;
  hidden: number;
}

/**
 * AdamW for a table of which a batch touches few rows (a vocabulary's vectors). A row without a gradient still moves
 * (its moments fade, its weights decay), but what a step does to it can be made up for when the row is next looked
 * at: the same operations on the same numbers, only later and all at once, while they are in the registers. So a step
 * costs by the batch's tokens, not by the vocabulary.
 */
export class LazyTable {
  /** Updates that each row has had. */
  private readonly updates: Int32Array;
  private readonly history = new Float32Array(3 * REMEMBERED);
  /** Updates that there have been. */
  private count = 0;
  /** Where the turn of all rows is. */
  private cursor = 0;
  /** Whether any row has missed an update. */
  private isBehind = false;
  /** The numbers of all rows. */
  private readonly all: Int32Array;

  constructor(
    private readonly library: KernelLibrary,
    readonly memory: TableMemory,
    private readonly settings: Pick<AdamWSettings, "beta1" | "beta2" | "eps">,
  ) {
    this.updates = new Int32Array(memory.weight.length / memory.hidden);
    this.all = this.updates.map((_, row) => row);
  }

  /** Whether an update with these settings may follow those before. */
  accepts({ beta1, beta2, eps }: AdamWSettings): boolean {
    const { settings } = this;
    return beta1 === settings.beta1 && beta2 === settings.beta2 && eps === settings.eps;
  }

  /**
   * One update.
   *
   * @param gradient  of the whole table; zero outside `rows`
   * @param rows      each once
   */
  update(gradient: Float32Array, rows: Int32Array, settings: AdamWSettings): void {
    const { learningRate, beta1, beta2, weightDecay, step, gradientScale } = settings;
    this.count++;
    this.history.set(
      [learningRate / (1 - beta1 ** step), 1 - learningRate * weightDecay, 1 / Math.sqrt(1 - beta2 ** step)],
      3 * (this.count % REMEMBERED),
    );
    this.advance(rows, gradient, gradientScale);
    const turn = this.all.subarray(this.cursor, this.cursor + Math.ceil(this.all.length / MOST_MISSED));
    this.advance(turn);
    this.cursor = (this.cursor + turn.length) % this.all.length;
    this.isBehind = true;
  }

  /** Brings rows up to date before they are read. */
  catchUp(rows: Int32Array): void {
    if (!this.isBehind) return;
    const behind = rows.filter((row) => this.updates[row]! < this.count);
    if (behind.length > 0) this.advance(Int32Array.from(new Set(behind)));
  }

  /** Brings every row up to date. */
  catchUpAll(): void {
    if (!this.isBehind) return;
    this.advance(this.all);
    this.isBehind = false;
  }

  private advance(rows: Int32Array, gradient: Float32Array | null = null, gradientScale = 1): void {
    const { memory, settings } = this;
    const { weight, first, second, hidden } = memory;
    const { beta1, beta2, eps } = settings;
    this.library.adamwRows(
      weight,
      gradient,
      first,
      second,
      rows,
      this.updates,
      this.history,
      this.count,
      hidden,
      beta1,
      beta2,
      eps,
      gradientScale,
    );
  }
}
