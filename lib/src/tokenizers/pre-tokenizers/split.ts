import type { Pattern, Stretch } from "../patterns";
import type { Piece } from "../piece";

/** What becomes of the matches that a text is split at. @see tokenizers.pre_tokenizers.Split */
export type SplitBehavior = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";

export const SPLIT_BEHAVIORS: readonly SplitBehavior[] = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
];

/** Splits a piece at what a pattern finds in it; nothing empty is left. */
export function split(piece: Piece, pattern: Pattern, behavior: SplitBehavior): Piece[] {
  return joined(pattern(piece.text), behavior)
    .filter(({ start, end }) => start < end)
    .map(({ start, end }) => piece.slice(start, end));
}

/** The other way round: what is between the matches is the match. */
export function inverted(pattern: Pattern): Pattern {
  return (text) => pattern(text).map((stretch) => ({ ...stretch, isMatch: !stretch.isMatch }));
}

function joined(stretches: Stretch[], behavior: SplitBehavior): Stretch[] {
  switch (behavior) {
    case "Isolated":
      return stretches;
    case "Removed":
      return stretches.filter(({ isMatch }) => !isMatch);
    case "Contiguous":
      return merged(stretches, (stretch, before) => stretch.isMatch === before);
    case "MergedWithPrevious":
      return merged(stretches, (stretch, before) => stretch.isMatch && !before);
    case "MergedWithNext":
      return merged(stretches.reverse(), (stretch, before) => stretch.isMatch && !before).reverse();
  }
}

/** Joins a stretch to the one before it where `isJoined` says so, which is told whether that one was a match. */
function merged(
  stretches: readonly Stretch[],
  isJoined: (stretch: Stretch, before: boolean) => boolean,
): Stretch[] {
  const result: Stretch[] = [];
  let before = false;
  for (const stretch of stretches) {
    const last = result.at(-1);
    if (last && isJoined(stretch, before)) {
      last.start = Math.min(last.start, stretch.start);
      last.end = Math.max(last.end, stretch.end);
    } else result.push({ ...stretch });
    before = stretch.isMatch;
  }
  return result;
}
