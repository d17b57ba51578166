import { BpeModel } from "./bpe";
import type { Span } from "../piece";
import type { ModelConfig } from "./configuration";
import { UnigramModel } from "./unigram";
import { WordPieceModel } from "./word-piece";

/** The `model` of a tokenizer.json: from a word to the ids of its pieces. */
export interface TokenizerModel {
  encode(word: string): readonly number[];
  /** The bytes of the word's UTF-8 that each of these ids stands for. */
  spans(word: string): readonly Span[];
}

/** Makes the model that a tokenizer.json says; it keeps its answers. */
export function modelOf(config: ModelConfig, file: string): TokenizerModel {
  switch (config.type) {
    case "WordPiece":
      return new KeptAnswers(new WordPieceModel(config));
    case "BPE":
      return new KeptAnswers(new BpeModel(config, file));
    case "Unigram":
      return new KeptAnswers(new UnigramModel(config, file));
  }
}

/** Words kept with their ids. Texts of one language soon repeat themselves. */
const CACHE_SIZE = 100_000;
/** Longer ones do not come again. */
const LONGEST_KEPT = 256;

/** A model that looks up what it has answered before, which is where its speed comes from. */
class KeptAnswers implements TokenizerModel {
  readonly encode: (word: string) => readonly number[];
  readonly spans: (word: string) => readonly Span[];

  constructor(model: TokenizerModel) {
    this.encode = keepingAnswers((word) => model.encode(word));
    this.spans = keepingAnswers((word) => model.spans(word));
  }
}

function keepingAnswers<Answer>(ask: (word: string) => Answer): (word: string) => Answer {
  const answers = new Map<string, Answer>();
  return (word) => {
    const known = answers.get(word);
    if (known !== undefined) return known;
    const answer = ask(word);
    if (word.length > LONGEST_KEPT) return answer;
    if (answers.size >= CACHE_SIZE) answers.clear();
    answers.set(word, answer);
    return answer;
  };
}
