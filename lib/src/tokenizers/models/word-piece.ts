import { WordPiece } from "@huggingface/tokenizers";
import type { Span } from "../piece";
import { byteLength } from "../utf8";
import type { WordPieceConfig } from "./configuration";
import type { TokenizerModel } from "./model";

/**
 * A word into its longest known pieces, from its beginning on, or into `[UNK]`. The search itself is @huggingface/tokenizers'.
 *
 * @see Wu et al. 2016; tokenizers.models.WordPiece
 */
export class WordPieceModel implements TokenizerModel {
  private readonly model: WordPiece;

  constructor(private readonly config: WordPieceConfig) {
    this.model = new WordPiece({ ...config, type: "WordPiece" });
  }

  encode(word: string): number[] {
    return this.model.encode([word]).map((token) => this.model.tokens_to_ids.get(token) ?? 0);
  }

  spans(word: string): Span[] {
    const tokens = this.model.encode([word]);
    // One token is the word, or stands for it.
    if (tokens.length === 1) return [[0, byteLength(word)]];
    const prefix = byteLength(this.config.continuing_subword_prefix);
    let start = 0;
    return tokens.map((token, i): Span => {
      const end = start + byteLength(token) - (i > 0 ? prefix : 0);
      const span: Span = [start, end];
      start = end;
      return span;
    });
  }
}
