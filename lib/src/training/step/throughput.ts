import type { Batch } from "../../collators/batch";

/** What passed since the last log entry. */
export interface Throughput {
  /** Tokens that are no padding, a second of training. */
  tokensPerSecond: number;
  /** What share of a padded batch was padding, and cost nothing: sequences are computed one after the other. */
  paddingSaved: number;
  /** Resident memory of the process, in bytes. */
  memory: number;
}

export interface TokenCounts {
  /** Padding among them. */
  all: number;
  /** Without padding. */
  real: number;
}

/** How many tokens a batch has. */
export function sizeOfTokens({ input_ids, attention_mask }: Partial<Batch>): TokenCounts {
  const all = input_ids?.size ?? 0;
  // Without a mask, no token is padding.
  if (!attention_mask) return { all, real: all };
  let real = 0;
  for (const bit of attention_mask.dataSync()) real += bit;
  return { all, real };
}

/** Counts the tokens that are trained on, and the time that it takes. */
export class TokenCounter {
  private counts: TokenCounts = { all: 0, real: 0 };
  private seconds = 0;

  /** A step has passed, with batches of so many tokens. */
  add(batches: readonly TokenCounts[], seconds: number): void {
    this.seconds += seconds;
    for (const { all, real } of batches) {
      this.counts.all += all;
      this.counts.real += real;
    }
  }

  /** The figures since the last call; undefined where there was no step. */
  take(): Throughput | undefined {
    const { counts, seconds } = this;
    this.counts = { all: 0, real: 0 };
    this.seconds = 0;
    if (counts.all === 0) return undefined;
    return {
      tokensPerSecond: counts.real / seconds,
      paddingSaved: 1 - counts.real / counts.all,
      memory: process.memoryUsage.rss(),
    };
  }
}
