import { inspect } from "../platform/inspect";
import { TokenizerError } from "../errors";
import type { Span } from "./piece";
import { NONE, type RowToken, type TextInput } from "./row";

/** In what offsets are counted: as JavaScript counts (`text.slice`), or as Python does. */
export type OffsetUnit = "codeUnits" | "codePoints";

/** @throws TokenizerError for something else than `returnOffsetsMapping` may be */
export function checkOffsetUnit(value: unknown): void {
  if (value === undefined || typeof value === "boolean" || value === "codePoints") return;
  throw new TokenizerError(
    `returnOffsetsMapping is ${inspect(value)}; there are true (as JavaScript counts), "codePoints" (as Python does) and false.`,
  );
}

/** Where in their texts the tokens of a row come from; [0, 0] for special tokens. */
export function offsetsOf(
  tokens: readonly RowToken[],
  [text, pair]: readonly [TextInput, TextInput | undefined],
  unit: OffsetUnit,
): Span[] {
  if (unit === "codeUnits") return tokens.map(({ span }) => span);
  const counts = new Map<string, (unit: number) => number>();
  return tokens.map(({ span, sequence, word }): Span => {
    if (sequence === NONE) return span;
    const input = (sequence === 0 ? text : pair) ?? "";
    const own = typeof input === "string" ? input : (input[word] ?? "");
    let count = counts.get(own);
    if (!count) counts.set(own, (count = codePointCounter(own)));
    return [count(span[0]), count(span[1])];
  });
}

/** How many code points there are before a code unit. */
function codePointCounter(text: string): (unit: number) => number {
  const counts = new Int32Array(text.length + 1);
  let count = 0;
  let at = 0;
  for (const character of text) {
    counts.fill(count++, at, at + character.length);
    at += character.length;
  }
  counts[text.length] = count;
  return (unit) => counts[unit] ?? count;
}
