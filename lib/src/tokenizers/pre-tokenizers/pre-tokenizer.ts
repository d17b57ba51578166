import { characterOf, makePart, optionOf, type Part, partsOf, type PartTable, wrongPart } from "../parts";
import { characterPattern, type Pattern, patternOf, runPattern, textPattern } from "../patterns";
import type { Piece } from "../piece";
import { CodePointSet } from "../unicode/code-points";
import { NUMERIC, PUNCTUATION, WHITE_SPACE, WORD } from "../unicode/character-tables";
import { bertPreTokenizer } from "./bert-pre-tokenizer";
import { byteLevel } from "./byte-level";
import { inverted, split, SPLIT_BEHAVIORS, type SplitBehavior } from "./split";

/** Splits a piece of a text into smaller ones; in the end they are words. */
export type PreTokenizer = (piece: Piece) => Piece[];

const numeric = new CodePointSet(NUMERIC);
const punctuation = new CodePointSet(PUNCTUATION);
const whiteSpace = new CodePointSet(WHITE_SPACE);
const word = new CodePointSet(WORD);

const splitting =
  (pattern: Pattern, behavior: SplitBehavior): PreTokenizer =>
  (piece) =>
    split(piece, pattern, behavior);

/** `\w+|[^\w\s]+` */
const wordsAndSymbols = runPattern((codePoint) =>
  word.has(codePoint) ? 1 : whiteSpace.has(codePoint) ? 0 : 2,
);

const PRE_TOKENIZERS: PartTable<PreTokenizer> = {
  BertPreTokenizer: () => bertPreTokenizer,
  ByteLevel: byteLevel,
  CharDelimiterSplit: (part) => splitting(textPattern(characterOf(part, "delimiter")), "Removed"),
  Digits(part) {
    const isEach = optionOf(part, "individual_digits", "boolean", false);
    const digits = characterPattern((codePoint) => numeric.has(codePoint));
    return splitting(digits, isEach ? "Isolated" : "Contiguous");
  },
  FixedLength(part) {
    const length = optionOf(part, "length", "number", 5);
    if (!Number.isInteger(length) || length < 1) throw wrongPart(part, `length is ${length}`);
    return (piece) => {
      const characters = Array.from(piece.text);
      const pieces: Piece[] = [];
      for (let [i, start] = [0, 0]; i < characters.length; i += length) {
        const end = start + characters.slice(i, i + length).join("").length;
        pieces.push(piece.slice(start, end));
        start = end;
      }
      return pieces;
    };
  },
  Metaspace: metaspace,
  Punctuation(part) {
    const marks = characterPattern((codePoint) => punctuation.has(codePoint));
    return splitting(marks, behaviorOf(part, "Isolated"));
  },
  Sequence(part) {
    const steps = partsOf(part, "pretokenizers").map(preTokenizerOf);
    return (piece) => steps.reduce((pieces, step) => pieces.flatMap((each) => step(each)), [piece]);
  },
  Split(part) {
    const pattern = patternOf(part);
    const isInverted = optionOf(part, "invert", "boolean", false);
    return splitting(isInverted ? inverted(pattern) : pattern, behaviorOf(part));
  },
  Whitespace: () => splitting(inverted(wordsAndSymbols), "Removed"),
  WhitespaceSplit: () =>
    splitting(
      characterPattern((codePoint) => whiteSpace.has(codePoint)),
      "Removed",
    ),
};

/**
 * Makes the `pre_tokenizer` of a tokenizer.json, whose words are the Rust library's for every text.
 *
 * @throws TokenizerError for a type or option that this library does not know
 */
export function preTokenizerOf(part: Part): PreTokenizer {
  return makePart(part, PRE_TOKENIZERS);
}

function behaviorOf(part: Part, otherwise?: SplitBehavior): SplitBehavior {
  const behavior = optionOf(part, "behavior", "string", otherwise);
  if (SPLIT_BEHAVIORS.includes(behavior as SplitBehavior)) return behavior as SplitBehavior;
  throw wrongPart(part, `behavior is ${JSON.stringify(behavior)}; there are ${SPLIT_BEHAVIORS.join(", ")}`);
}

/** Spaces become a mark that words begin with. */
function metaspace(part: Part): PreTokenizer {
  const mark = characterOf(part, "replacement");
  const scheme = prependScheme(part);
  const isSplit = optionOf(part, "split", "boolean", true);
  const pattern = textPattern(mark);
  return (piece) => {
    let marked = piece.map((text) => text.replaceAll(" ", mark));
    const isPrepended = scheme === "always" || (scheme === "first" && piece.isFirst);
    if (isPrepended && !marked.text.startsWith(mark)) marked = marked.prepend(mark);
    return isSplit ? split(marked, pattern, "MergedWithNext") : [marked];
  };
}

/** Whether the mark of a Metaspace stands before each piece, before the first one of a text, or before none. */
export function prependScheme(part: Part): "always" | "first" | "never" {
  const scheme = optionOf(part, "prepend_scheme", "string", "always");
  if (part.options.add_prefix_space === false) {
    if (scheme !== "never" && part.options.prepend_scheme !== undefined) {
      throw wrongPart(part, "add_prefix_space does not fit prepend_scheme");
    }
    return "never";
  }
  if (scheme === "always" || scheme === "first" || scheme === "never") return scheme;
  throw wrongPart(part, `prepend_scheme is ${JSON.stringify(scheme)}; there are always, first and never`);
}
