import { WordPiece } from "@huggingface/tokenizers";
import type { WordPieceConfig } from "./configuration";
import type { TokenizerModel } from "./model";

/**
 * A word into its longest known pieces, from its beginning on, or into `[UNK]`. The search itself is @huggingface/tokenizers'.
 *
 * @see Wu et al. 2016; tokenizers.models.WordPiece
 */
export class WordPieceModel implements TokenizerModel {
  private readonly model: WordPiece;

  constructor(config: WordPieceConfig) {
    this.model = new WordPiece({ ...config, type: "WordPiece" });
  }

  encode(word: string): number[] {
    return this.model.encode([word]).map((token) => this.model.tokens_to_ids.get(token) ?? 0);
  }
}
