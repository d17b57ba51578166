import { BpeModel } from "./bpe";
import type { ModelConfig } from "./configuration";
import { UnigramModel } from "./unigram";
import { WordPieceModel } from "./word-piece";

/** The `model` of a tokenizer.json: from a word to the ids of its pieces. */
export interface TokenizerModel {
  encode(word: string): readonly number[];
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
  private readonly answers = new Map<string, readonly number[]>();

  constructor(private readonly model: TokenizerModel) {}

  encode(word: string): readonly number[] {
    const known = this.answers.get(word);
    if (known !== undefined) return known;
    const ids = this.model.encode(word);
    if (word.length > LONGEST_KEPT) return ids;
    if (this.answers.size >= CACHE_SIZE) this.answers.clear();
    this.answers.set(word, ids);
    return ids;
  }
}
