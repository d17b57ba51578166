import { TokenizerError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import { BertNormalizer } from "../normalizers/bert-normalizer";
import { Piece } from "../piece";
import { bertPreTokenizer } from "../pre-tokenizers/bert-pre-tokenizer";
import { BertTokenizer } from "../bert-tokenizer";
import { BERT_SPECIAL_TOKENS } from "../special-tokens";
import { learnMerges } from "./pair-merges";

export interface TrainWordPieceOptions {
  /** Tokens of the vocabulary at most. Default 30,000. */
  vocabSize?: number;
  /** A piece has to stand in the texts so many times to become a token. Default 2. */
  minFrequency?: number;
  /** Lower-case the texts and strip their accents. Default true. */
  lowercase?: boolean;
  /** Characters at most; the rarest become `[UNK]`. Default 1,000, as for BERT. */
  limitAlphabet?: number;
  /** Characters that are in it whether the texts have them or not, such as all letters. Default: none. */
  initialAlphabet?: Iterable<string>;
  /** Longest text that the model takes, in tokens. Default: none. */
  modelMaxLength?: number;
}

const OPTIONS: readonly (keyof TrainWordPieceOptions)[] = [
  "vocabSize",
  "minFrequency",
  "lowercase",
  "limitAlphabet",
  "initialAlphabet",
  "modelMaxLength",
];

/**
 * Learns a WordPiece vocabulary: words are cut into characters, and the most frequent pair of neighbours becomes a new
 * piece, again and again. The same texts give the same vocabulary, on any machine. Special tokens come first (`[PAD]` is
 * 0), then characters, then pieces in the order in which they were found.
 *
 * @returns a tokenizer; `savePretrained` writes a `tokenizer.json` that the Rust library loads
 * @throws TokenizerError if there are no texts, or the characters alone are more than `vocabSize`
 * @see Schuster & Nakajima 2012; tokenizers.trainers.WordPieceTrainer, which merges by frequency too
 * @example
 * const vocabulary = trainWordPiece(rawDatasets.train.column("sentence"), { vocabSize: 8000 });
 */
export function trainWordPiece(texts: Iterable<string>, options: TrainWordPieceOptions = {}): BertTokenizer {
  refuseUnknownOptions("trainWordPiece", options, OPTIONS);
  const {
    vocabSize = 30_000,
    minFrequency = 2,
    lowercase = true,
    limitAlphabet = 1000,
    initialAlphabet = [],
    modelMaxLength,
  } = options;
  const words = countWords(texts, lowercase);
  if (words.size === 0) throw new TokenizerError("trainWordPiece: the texts hold no words.");
  const alphabet = alphabetOf(words, limitAlphabet, initialAlphabet);
  const { pad_token, unk_token, cls_token, sep_token, mask_token } = BERT_SPECIAL_TOKENS;
  const specials = [pad_token, unk_token, cls_token, sep_token, mask_token];
  const letters = [...alphabet].sort(byCodePoints);
  const base = [...specials, ...letters, ...letters.map((letter) => `##${letter}`)];
  if (base.length > vocabSize) {
    throw new TokenizerError(
      `trainWordPiece: vocabSize is ${vocabSize}, but special tokens and characters alone are ${base.length}; ` +
        "allow more tokens, or limit the alphabet.",
    );
  }
  const spelt = [...words]
    .filter(([word]) => [...word].every((letter) => alphabet.has(letter)))
    .sort(([a], [b]) => byCodePoints(a, b))
    .map(([word, count]) => ({
      pieces: [...word].map((letter, i) => (i === 0 ? letter : `##${letter}`)),
      count,
    }));
  const known = new Set(base);
  for (const piece of learnMerges(spelt, minFrequency)) {
    if (known.size >= vocabSize) break;
    known.add(piece);
  }
  return BertTokenizer.fromVocab([...known], {
    do_lower_case: lowercase,
    ...(modelMaxLength !== undefined && { model_max_length: modelMaxLength }),
  });
}

function countWords(texts: Iterable<string>, lowercase: boolean): Map<string, number> {
  const normalizer = new BertNormalizer({
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase,
  });
  const words = new Map<string, number>();
  for (const text of texts) {
    const cleaned = normalizer.normalizePiece(Piece.of(text, false));
    for (const { text: word } of bertPreTokenizer(cleaned)) words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

/** The characters of the words, the rarest left out where there are too many. */
function alphabetOf(
  words: ReadonlyMap<string, number>,
  limit: number,
  initial: Iterable<string>,
): Set<string> {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + count);
  }
  const byFrequency = [...counts].sort(([a, times], [b, others]) => others - times || byCodePoints(a, b));
  const alphabet = new Set(initial);
  for (const [letter] of byFrequency) {
    if (alphabet.size >= limit) break;
    alphabet.add(letter);
  }
  return alphabet;
}

/** The order of UTF-8; JavaScript's own differs above U+FFFF. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
