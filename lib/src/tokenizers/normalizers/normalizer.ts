import { makePart, optionOf, type Part, partsOf, type PartTable } from "../parts";
import { type Pattern, patternOf, type Stretch } from "../patterns";
import type { Piece } from "../piece";
import { CodePointSet } from "../unicode/code-points";
import { COMBINING_MARK, WHITE_SPACE } from "../unicode/character-tables";
import { BertNormalizer, type BertNormalizerConfig } from "./bert-normalizer";
import { lowercase } from "./lowercase";
import { precompiled } from "./precompiled";
import { type UnicodeForm, unicodeForm } from "./unicode-form";
import { TokenizerError } from "../../errors";

/** Cleans a text before it is split into words. */
export type Normalizer = (text: Piece) => Piece;

const whiteSpace = new CodePointSet(WHITE_SPACE);
const combiningMark = new CodePointSet(COMBINING_MARK);

const form = (name: UnicodeForm) => () => unicodeForm(name);

/** Goes by characters. */
const mapping =
  (map: (text: string) => string): Normalizer =>
  (text) =>
    text.map(map);

const NORMALIZERS: PartTable<Normalizer> = {
  BertNormalizer(part) {
    const bert = new BertNormalizer({
      clean_text: optionOf(part, "clean_text", "boolean", true),
      handle_chinese_chars: optionOf(part, "handle_chinese_chars", "boolean", true),
      strip_accents: (part.options.strip_accents ?? null) as BertNormalizerConfig["strip_accents"],
      lowercase: optionOf(part, "lowercase", "boolean", true),
    });
    return (text) => bert.normalizePiece(text);
  },
  Lowercase: () => mapping(lowercase),
  NFC: form("NFC"),
  NFD: form("NFD"),
  NFKC: form("NFKC"),
  NFKD: form("NFKD"),
  Nmt: () => mapping(nmt),
  Precompiled: precompiled,
  Prepend(part) {
    const before = optionOf(part, "prepend", "string");
    return (text) => text.prepend(before);
  },
  Replace: replacement,
  Sequence(part) {
    const steps = partsOf(part, "normalizers").map(normalizerOf);
    return (text) => steps.reduce((cleaned, step) => step(cleaned), text);
  },
  Strip(part) {
    const left = optionOf(part, "strip_left", "boolean");
    const right = optionOf(part, "strip_right", "boolean");
    return (text) => strip(text, left, right);
  },
  StripAccents: () => mapping((text) => filtered(text, (codePoint) => !combiningMark.has(codePoint))),
};

/**
 * Makes the `normalizer` of a tokenizer.json, whose answers are the Rust library's for every text.
 *
 * @throws TokenizerError for a type or option that this library does not know
 */
export function normalizerOf(part: Part): Normalizer {
  return makePart(part, NORMALIZERS);
}

/** Puts a text in the place of each match of a pattern. */
export function replacement(part: Part): Normalizer {
  const [pattern, content] = [patternOf(part), optionOf(part, "content", "string")];
  return (text) => text.replace(matchesOf(pattern, text.text, content), content);
}

/** @throws TokenizerError if the text would grow without measure */
function matchesOf(pattern: Pattern, text: string, content: string): Stretch[] {
  const matches = pattern(text).filter(({ isMatch }) => isMatch);
  const length = matches.reduce((sum, { start, end }) => sum + content.length - (end - start), text.length);
  if (length > MOST_CHARACTERS && length > text.length) {
    throw new TokenizerError(
      `The tokenizer replaces parts of a text of ${text.length} characters such that it would have ${length}; a text ` +
        `may grow to ${MOST_CHARACTERS}. Is its tokenizer.json damaged?`,
    );
  }
  return matches;
}

/** A text that grows with each of many replacements has no end. */
const MOST_CHARACTERS = 2 ** 20;

function filtered(text: string, isKept: (codePoint: number) => boolean): string {
  return Array.from(text)
    .filter((character) => isKept(character.codePointAt(0)!))
    .join("");
}

/** Without the white space at its ends. */
function strip(piece: Piece, left: boolean, right: boolean): Piece {
  const { text } = piece;
  let start = 0;
  let end = text.length;
  // White space is below U+10000: a code unit each.
  if (left) while (start < end && whiteSpace.has(text.charCodeAt(start))) start++;
  if (right) while (end > start && whiteSpace.has(text.charCodeAt(end - 1))) end--;
  return piece.strip(start, end);
}

const NMT_REMOVED = new CodePointSet("1-8 b e-1f 7f 8f 9f");
const NMT_BLANK = new CodePointSet("9-a c-d 1680 200b-200f 2028-2029 2581 feff fffd");

/** The cleaning of Google's neural machine translation. */
function nmt(text: string): string {
  return filtered(text, (codePoint) => !NMT_REMOVED.has(codePoint)).replace(/[^ -~]/g, (character) =>
    NMT_BLANK.has(character.charCodeAt(0)) ? " " : character,
  );
}
