import type { Change, Piece } from "../piece";
import { CodePointSet } from "../unicode/code-points";
import { CANONICAL, COMPATIBLE } from "../unicode/normalization-tables";

export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

const canonical = new CodePointSet(CANONICAL);
const compatible = new CodePointSet(COMPATIBLE);

const ASCII = /^[\0-\x7f]*$/;

/**
 * Unicode normalisation as of the tables of the Rust library. Node's are those of its ICU, and newer: what the library
 * does not know (and therefore leaves alone, and lets nothing compose across) is kept out of it.
 *
 * @see https://unicode.org/reports/tr15/
 */
export function unicodeForm(form: UnicodeForm): (piece: Piece) => Piece {
  const known = form === "NFC" || form === "NFD" ? canonical : compatible;
  return (piece) => {
    if (ASCII.test(piece.text)) return piece;
    const stretches = stretchesOf(piece.text, known);
    if (piece.isTracked) {
      return piece.transform(
        stretches.flatMap(([text, isKnown]) => (isKnown ? changesOf(text, form) : [[text, 0] as const])),
      );
    }
    return piece.withText(
      stretches.map(([text, isKnown]) => (isKnown ? text.normalize(form) : text)).join(""),
    );
  };
}

/** The stretches between characters that the tables do not know, and these. */
function stretchesOf(text: string, known: CodePointSet): [text: string, isKnown: boolean][] {
  const stretches: [string, boolean][] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    const width = codePoint > 0xffff ? 2 : 1;
    if (!known.has(codePoint)) {
      stretches.push([text.slice(start, i), true], [text.slice(i, i + width), false]);
      start = i + width;
    }
    i += width - 1;
  }
  stretches.push([text.slice(start), true]);
  return stretches;
}

/**
 * The characters of the form, and what each stands for. Node says what the text becomes, not which of its characters become what: of equal
 * ones the first comes first, since neither sorting nor composing changes their order.
 */
function changesOf(text: string, form: UnicodeForm): Change[] {
  const decomposed = form === "NFC" || form === "NFD" ? "NFD" : "NFKD";
  const parts = Array.from(text).flatMap((character) =>
    Array.from(character.normalize(decomposed), (part, i): Change => [part, i > 0 ? 1 : 0]),
  );
  const left = new Remaining(parts);
  return Array.from(text.normalize(form), (character): Change => {
    const changes = Array.from(character.normalize("NFD"), (part) => left.take(part));
    return [character, changes.reduce((sum, change) => sum + change) - (changes.length - 1)];
  });
}

/** Decomposed characters that have not been used yet. */
class Remaining {
  private first = 0;
  private readonly isTaken: boolean[] = [];

  constructor(private readonly parts: readonly Change[]) {}

  /** Uses the first one that is this character. @returns what it stands for */
  take(character: string): number {
    while (this.isTaken[this.first]) this.first++;
    let at = this.first;
    while (at < this.parts.length && (this.isTaken[at] || this.parts[at]![0] !== character)) at++;
    this.isTaken[at] = true;
    return this.parts[at]?.[1] ?? 0;
  }
}
