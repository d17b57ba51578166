import { TokenizerError } from "../errors";

/** Which text of a pair gives way; "longest_first": the longer one until both are equal, then both. */
export type TruncationStrategy = "longest_first" | "only_first" | "only_second";

export const TRUNCATION_STRATEGIES: readonly TruncationStrategy[] = [
  "longest_first",
  "only_first",
  "only_second",
];

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
  /**
   * Give what is cut off as well, in windows of the same length, each of which repeats so many tokens of the one before;
   * undefined: it is lost.
   */
  stride: number | undefined;
}

/** The tokens of a text, and those of its partner. */
export type TokenPair<Item> = readonly [a: readonly Item[], b: readonly Item[] | undefined];

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
 * @param a tokens of the text
 * @param b tokens of the second text, if there is one
 * @returns what is left; with `stride` also the windows behind it
 * @throws TokenizerError if the one text that may be shortened is too short for it, or the stride for its window too long
 * @see truncate_encodings in huggingface/tokenizers
 */
export function truncatePair<Item>(
  a: readonly Item[],
  b: readonly Item[] | undefined,
  truncation: Truncation,
): TokenPair<Item>[] {
  const { maxLength, added, strategy } = truncation;
  const budget = maxLength - added;
  const excess = a.length + (b?.length ?? 0) - budget;
  if (excess <= 0) return [[a, b]];
  if (budget === 0) return [[[], b && []]];
  if (strategy === "longest_first") {
    if (b === undefined) return windows(a, budget, truncation).map((each) => [each, b]);
    if (truncation.stride !== undefined) {
      throw new TokenizerError(
        'What is cut off of a pair can be returned only if one text is shortened: truncation "only_first" or "only_second".',
      );
    }
    const [first, second] = longestFirst(a.length, b.length, budget);
    return [[windows(a, first, truncation)[0]!, windows(b, second, truncation)[0]!]];
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
  const kept = windows(target, target.length - excess, truncation);
  return kept.map((each) => (strategy === "only_first" ? [each, b] : [a, each]));
}

/** So many tokens from the end that stays; then, if they are wanted, the windows behind, the last of which ends with the text. */
function windows<Item>(
  tokens: readonly Item[],
  count: number,
  { side, stride }: Pick<Truncation, "side" | "stride">,
): (readonly Item[])[] {
  const { length } = tokens;
  if (length <= count) return [tokens];
  // Counted from the end that stays.
  const windowAt = (start: number) => {
    const end = Math.min(start + count, length);
    return side === "right" ? tokens.slice(start, end) : tokens.slice(length - end, length - start);
  };
  if (stride === undefined) return [windowAt(0)];
  if (stride >= count) {
    throw new TokenizerError(
      `stride ${stride} leaves nothing new in windows of ${count} tokens (maxLength without the special tokens and the ` +
        `other text). Raise maxLength or lower stride.`,
    );
  }
  const all = [windowAt(0)];
  for (let start = 0; start + count < length;) {
    start += count - stride;
    all.push(windowAt(start));
  }
  return all;
}
