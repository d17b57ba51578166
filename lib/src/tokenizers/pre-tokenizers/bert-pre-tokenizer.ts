import type { Piece } from "../piece";
import { CodePointSet } from "../unicode/code-points";
import { PUNCTUATION, WHITE_SPACE } from "../unicode/character-tables";

const whiteSpace = new CodePointSet(WHITE_SPACE);
const punctuation = new CodePointSet(PUNCTUATION);

const PART_OF_WORD = 1;
const SPACE = 2;
const PUNCT = 3;

/** Kind of each UTF-16 code unit; filled on demand (0: not asked yet). */
const kinds = new Uint8Array(0x10000);

function kindOf(codePoint: number): number {
  if (whiteSpace.has(codePoint)) return SPACE;
  return punctuation.has(codePoint) ? PUNCT : PART_OF_WORD;
}

/**
 * Splits normalised text into words: at white space, and with each punctuation character a word of its own.
 *
 * @huggingface/tokenizers 0.2.0 asks the running Node's ICU what punctuation is (141 characters more than in the
 * tables of the Rust library, and two fewer) and JavaScript's `\s` what white space is (with U+FEFF, without U+0085).
 */
export function bertPreTokenizer(piece: Piece): Piece[] {
  const { text } = piece;
  const words: Piece[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isPair = unit >= 0xd800 && unit <= 0xdbff;
    const width = isPair ? 2 : 1;
    let kind = isPair ? kindOf(text.codePointAt(i) ?? 0) : (kinds[unit] ?? 0);
    if (kind === 0) kinds[unit] = kind = kindOf(unit);
    if (kind === PART_OF_WORD) {
      if (start < 0) start = i;
    } else {
      if (start >= 0) words.push(piece.slice(start, i));
      if (kind === PUNCT) words.push(piece.slice(i, i + width));
      start = -1;
    }
    i += width - 1;
  }
  if (start >= 0) words.push(piece.slice(start));
  return words;
}
