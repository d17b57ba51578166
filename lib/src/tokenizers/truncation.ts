import { TokenizerError } from "../errors";

/** Which text of a pair gives way; "longest_first": the longer one until both are equal, then both. */
export type TruncationStrategy = "longest_first" | "only_first" | "only_second";

/** The end of a text at which tokens are taken away. */
export type Side = "left" | "right";

/** How to shorten. */
export interface Truncation {
  /** Tokens at most, special tokens included. */
  maxLength: number;
  /** How many special tokens are still to come; at most `maxLength`. */
  added: number;
  strategy: TruncationStrategy;
  /** The end that goes. */
  side: Side;
}

function keep(ids: readonly number[], count: number, side: Side): readonly number[] {
  if (ids.length <= count) return ids;
  return side === "right" ? ids.slice(0, count) : ids.slice(ids.length - count);
}

/** Lengths of both texts after "longest_first": as the Rust library computes them, not token by token. */
function longestFirst(a: number, b: number, budget: number): [number, number] {
  const shorter = Math.min(a, b);
  let short = shorter;
  let long = shorter > budget ? shorter : Math.max(shorter, budget - shorter);
  if (short + long > budget) {
    short = Math.floor(budget / 2);
    long = short + (budget % 2);
  }
  return a > b ? [long, short] : [short, long];
}

/**
 * Shortens a text, or a pair, before special tokens are added.
 *
 * @param a ids of the text
 * @param b ids of the second text, if there is one
 * @throws TokenizerError if the one text that may be shortened is too short for it
 * @see truncate_encodings in huggingface/tokenizers
 */
export function truncatePair(
  a: readonly number[],
  b: readonly number[] | undefined,
  { maxLength, added, strategy, side }: Truncation,
): [readonly number[], readonly number[] | undefined] {
  const budget = maxLength - added;
  const excess = a.length + (b?.length ?? 0) - budget;
  if (excess <= 0) return [a, b];
  if (budget === 0) return [[], b && []];
  if (strategy === "longest_first") {
    if (b === undefined) return [keep(a, budget, side), b];
    const [first, second] = longestFirst(a.length, b.length, budget);
    return [keep(a, first, side), keep(b, second, side)];
  }
  const target = strategy === "only_first" ? a : b;
  if (target === undefined) {
    throw new TokenizerError('truncation: "only_second" needs a textPair, and there is none.');
  }
  if (target.length <= excess) {
    throw new TokenizerError(
      `truncation: "${strategy}" would have to take ${excess} tokens from a text of ${target.length}. Raise maxLength or use "longest_first".`,
    );
  }
  const kept = keep(target, target.length - excess, side);
  return strategy === "only_first" ? [kept, b] : [a, kept];
}
