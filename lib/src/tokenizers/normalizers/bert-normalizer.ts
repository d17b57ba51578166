import type { Piece } from "../piece";
import { lowercase } from "./lowercase";
import { CodePointSet } from "../unicode/code-points";
import {
  BLANK,
  CJK,
  COMBINING_CLASS,
  DECOMPOSABLE,
  NONSPACING_MARK,
  REMOVED,
} from "../unicode/character-tables";

/** The `normalizer` of type `BertNormalizer` in a tokenizer.json. */
export interface BertNormalizerConfig {
  /** Leave out control characters and turn every blank into a space. */
  clean_text: boolean;
  /** Set spaces around Chinese characters, so that each becomes a word. */
  handle_chinese_chars: boolean;
  /** Take characters apart (NFD) and leave out their accents; null: as `lowercase`. */
  strip_accents: boolean | null;
  lowercase: boolean;
}

const removed = new CodePointSet(REMOVED);
const blank = new CodePointSet(BLANK);
const cjk = new CodePointSet(CJK);
const nonspacingMark = new CodePointSet(NONSPACING_MARK);
const decomposable = new CodePointSet(DECOMPOSABLE);
const combiningClasses = COMBINING_CLASS.split(" ").map((group) => {
  const [value = "", ranges = ""] = group.split(":");
  return { value: Number(value), marks: new CodePointSet(ranges, ",") };
});

/** Canonical combining class of a mark that survives stripping; 0 for all other characters. */
function combiningClass(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  return combiningClasses.find(({ marks }) => marks.has(codePoint))?.value ?? 0;
}

const isHangulSyllable = (codePoint: number) => codePoint >= 0xac00 && codePoint <= 0xd7a3;
const isLoneSurrogate = (codePoint: number) => codePoint >= 0xd800 && codePoint <= 0xdfff;

/** Whether an accent (which stripping leaves out) lets the marks on its two sides change places: class not 0. */
const isReorderable = (accent: string) =>
  accent === "\u0345" || `\u0345${accent}`.normalize("NFD")[0] !== "\u0345";

/**
 * BERT's text cleaning, character for character what the Rust `tokenizers` library does. That of
 * @huggingface/tokenizers 0.2.0 differs: it does not space out Chinese characters above U+FFFF; it lower-cases whole
 * strings, where a final sigma becomes ς; it lower-cases before it strips; and it asks the running Node's ICU which
 * characters are accents, controls or decomposable, so that its answers change with the version of Node (and differ
 * from the Rust library's older tables for some 700 characters).
 *
 * Every step maps single code points, so the result of all steps is kept per code point; the one exception, canonical
 * order among marks that are kept, is rare enough to be repaired afterwards.
 */
export class BertNormalizer {
  private readonly stripAccents: boolean;
  private readonly mapped = new Map<number, string>();
  /** What of `mapped` holds marks that may have to change places. */
  private readonly movable = new Set<string>();

  constructor(readonly config: BertNormalizerConfig) {
    this.stripAccents = config.strip_accents ?? config.lowercase;
  }

  /** @returns the text cleaned as the configuration says */
  normalize(text: string): string {
    let result = "";
    let movables = 0;
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i) ?? 0;
      if (codePoint > 0xffff) i++;
      const piece = this.pieceOf(codePoint);
      if (this.movable.size > 0 && this.movable.has(piece)) movables++;
      result += piece;
    }
    return movables > 1 ? this.inCanonicalOrder(text) : result;
  }

  /** As `normalize`, of a piece that may know where it comes from. */
  normalizePiece(piece: Piece): Piece {
    const text = this.normalize(piece.text);
    if (!piece.isTracked) return piece.withText(text);
    // Marks that changed places leave to each place what stood there.
    return piece.map((character) => this.pieceOf(character.codePointAt(0)!)).withText(text);
  }

  private pieceOf(codePoint: number): string {
    let piece = this.mapped.get(codePoint);
    if (piece === undefined) {
      piece = this.mapCodePoint(codePoint);
      this.mapped.set(codePoint, piece);
    }
    return piece;
  }

  private mapCodePoint(codePoint: number): string {
    const { clean_text, handle_chinese_chars } = this.config;
    // A lone surrogate is no character: Rust strings cannot hold one, Python replaces it by U+FFFD.
    const known = isLoneSurrogate(codePoint) ? 0xfffd : codePoint;
    if (clean_text && removed.has(known)) return "";
    let piece = String.fromCodePoint(known);
    if (clean_text && blank.has(known)) piece = " ";
    const spaced = handle_chinese_chars && cjk.has(known);
    if (this.stripAccents) piece = this.strip(piece);
    if (this.config.lowercase) piece = lowercase(piece);
    if (this.stripAccents && Array.from(piece).some((c) => combiningClass(c) > 0)) this.movable.add(piece);
    return spaced ? ` ${piece} ` : piece;
  }

  private strip(character: string): string {
    const codePoint = character.codePointAt(0) ?? 0;
    // Characters newer than the Rust library's tables stay whole, whatever ICU says.
    const takenApart = decomposable.has(codePoint) || isHangulSyllable(codePoint);
    const parts = takenApart ? character.normalize("NFD") : character;
    return Array.from(parts)
      .filter((c) => !nonspacingMark.has(c.codePointAt(0) ?? 0))
      .join("");
  }

  /** As `normalize`, with the kept marks that follow one base character sorted by combining class. */
  private inCanonicalOrder(text: string): string {
    let result = "";
    let marks: string[] = [];
    const flush = () => {
      result += marks.sort((a, b) => combiningClass(a) - combiningClass(b)).join("");
      marks = [];
    };
    for (const character of text) {
      const piece = this.mapped.get(character.codePointAt(0) ?? 0) ?? "";
      const cleaned = this.config.clean_text && removed.has(character.codePointAt(0) ?? 0);
      if (piece === "" && !cleaned && !isReorderable(character)) flush();
      for (const part of piece) {
        if (combiningClass(part) > 0) {
          marks.push(part);
        } else {
          flush();
          result += part;
        }
      }
    }
    flush();
    return result;
  }
}
