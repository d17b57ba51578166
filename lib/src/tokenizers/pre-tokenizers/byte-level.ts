import { toByteCharacters } from "../byte-level";
import { optionOf, type Part } from "../parts";
import type { Piece } from "../piece";
import { CodePointSet } from "../unicode/code-points";
import { WHITE_SPACE } from "../unicode/character-tables";
import { PATTERN_LETTER, PATTERN_NUMBER } from "../unicode/pattern-tables";

const whiteSpace = new CodePointSet(WHITE_SPACE);
const letter = new CodePointSet(PATTERN_LETTER);
const number = new CodePointSet(PATTERN_NUMBER);

/**
 * Splits as GPT-2 does, and writes each word with a character for each of its bytes.
 *
 * @see tokenizers.pre_tokenizers.ByteLevel
 */
export function byteLevel(part: Part): (piece: Piece) => Piece[] {
  const isPrefixed = optionOf(part, "add_prefix_space", "boolean", true);
  const isSplit = optionOf(part, "use_regex", "boolean", true);
  return (piece) => {
    const whole = isPrefixed && !piece.text.startsWith(" ") ? piece.prepend(" ") : piece;
    const words = isSplit ? splitByKind(whole) : [whole];
    return words.map((word) => word.map(toByteCharacters));
  };
}

const SPACE = 0x20;
/** What a character is to GPT-2's regular expression. */
type Kind = "letter" | "number" | "space" | "other";

function kindAt(text: string, place: number): Kind {
  const codePoint = text.codePointAt(place)!;
  if (letter.has(codePoint)) return "letter";
  if (number.has(codePoint)) return "number";
  return whiteSpace.has(codePoint) ? "space" : "other";
}

const CONTRACTION = /^'(?:s|t|re|ve|m|ll|d)/;

/**
 * GPT-2's words, `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: letters, numbers, or neither, each with
 * the space before it. Letters and numbers are those of Oniguruma, by which the models were trained.
 */
function splitByKind(piece: Piece): Piece[] {
  const words: Piece[] = [];
  for (let start = 0; start < piece.text.length;) {
    const end = wordEnd(piece.text, start);
    words.push(piece.slice(start, end));
    start = end;
  }
  return words;
}

function wordEnd(text: string, start: number): number {
  const contraction = CONTRACTION.exec(text.slice(start, start + 3));
  if (contraction) return start + contraction[0].length;
  const first = text.charCodeAt(start) === SPACE && start + 1 < text.length ? start + 1 : start;
  const kind = kindAt(text, first);
  if (kind !== "space") return runEnd(text, first, kind);
  const end = runEnd(text, start, "space");
  // White space leaves its last character to the word that follows.
  const beforeLast = end - 1;
  return end < text.length && beforeLast > start ? beforeLast : end;
}

/** The end of a run of characters of one kind. */
function runEnd(text: string, start: number, kind: Kind): number {
  let end = start;
  while (end < text.length && kindAt(text, end) === kind) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return end;
}
