import { WordPiece } from "@huggingface/tokenizers";
import type { WordPieceConfig } from "./tokenizer-json";

/** Words kept with their ids. Texts of one language soon repeat themselves. */
const CACHE_SIZE = 100_000;

/**
 * The WordPiece model: a word into the ids of its longest known pieces, or of `[UNK]`. The search itself is
 * @huggingface/tokenizers'; the answers are kept, which is where its speed comes from.
 */
export class WordPieceModel {
  private readonly model: WordPiece;
  private readonly cache = new Map<string, readonly number[]>();

  constructor(config: WordPieceConfig) {
    this.model = new WordPiece({ ...config, type: "WordPiece" });
  }

  /** @returns the ids of the pieces of a word */
  encode(word: string): readonly number[] {
    const known = this.cache.get(word);
    if (known !== undefined) return known;
    const ids = this.model.encode([word]).map((token) => this.model.tokens_to_ids.get(token) ?? 0);
    if (this.cache.size >= CACHE_SIZE) this.cache.clear();
    this.cache.set(word, ids);
    return ids;
  }
}
