import type { Member } from "./addon";

/** A sum over all ranks. */
export interface SumOptions {
  /** Sent as bf16, which is half of it; added in f32. Default false. */
  halves?: boolean;
  /** The rank that alone gets the sum. Default: all get it. */
  owner?: number;
  /** This rank's terms, each as long as the sum, and how many each rank has. Default: the vector itself, one a rank. */
  terms?: { own: readonly Float32Array[]; counts: readonly number[] };
}

/** What a sum has come to. */
export interface Sum {
  /** Of this rank's part: those of all ranks together are the sum's. */
  squares: number;
  /** When it was begun and done, as `performance.now()` tells the time; waiting for other ranks is a part of it. */
  began: number;
  ended: number;
}

/**
 * The processes that train together, of which this is one; where it is alone, every operation has nothing to do. Operations are
 * done in the order in which they are asked for, which has to be the same on all ranks.
 *
 * @see torch.distributed.ProcessGroup
 */
export interface ProcessGroup {
  /** This process's number, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Whether it speaks for all: writes files, shows what happens. */
  readonly isFirst: boolean;
  readonly members: readonly Member[];
  /** Processors for this process's calculations, of those that it shares with others of the same machine; undefined: all. */
  readonly threads: number | undefined;

  /**
   * Adds up all ranks' vectors, in place: in the order of the ranks, and with the same bits everywhere. Nobody may look at the vector
   * before it is done.
   *
   * @param purpose  as a message tells it, should it not come to its end: "the gradients of step 7"
   */
  sum(purpose: string, vector: Float32Array, options?: SumOptions): Promise<Sum>;
  /** The root's bytes on every rank. */
  broadcastBytes(purpose: string, bytes: Uint8Array, root?: number): Promise<void>;
  /** The root's value on every rank: what structured cloning can copy. */
  broadcast<T>(purpose: string, value: T, root?: number): Promise<T>;
  /** Every rank's value on every rank, by rank. */
  gather<T>(purpose: string, value: T): Promise<T[]>;
  /** Waits for all. */
  barrier(purpose: string): Promise<void>;

  /** Tells the others, within a second, that this rank has been asked to stop. */
  tellSignal(signal: number): void;
  /** The number of a signal that another rank has been asked to stop by; 0: none. */
  toldSignal(): number;
  /** Bytes that this rank has sent to others since the last call. */
  takeBytesSent(): number;
}

/** A process that nobody trains with. */
export const ALONE: ProcessGroup = {
  ...{ rank: 0, size: 1, isFirst: true, members: [], threads: undefined },
  sum(_purpose, vector, { terms } = {}) {
    const began = performance.now();
    if (terms) addTerms(vector, terms.own);
    return Promise.resolve({ squares: 0, began, ended: performance.now() });
  },
  broadcastBytes: () => Promise.resolve(),
  broadcast: (_purpose, value) => Promise.resolve(value),
  gather: (_purpose, value) => Promise.resolve([value]),
  barrier: () => Promise.resolve(),
  tellSignal() {},
  toldSignal: () => 0,
  takeBytesSent: () => 0,
};

/** In their order, as ranks do it. */
function addTerms(sum: Float32Array, terms: readonly Float32Array[]): void {
  const [first, ...others] = terms;
  if (first && first !== sum) sum.set(first);
  for (const term of others) for (let i = 0; i < sum.length; i++) sum[i]! += term[i]!;
}
