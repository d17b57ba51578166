import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { AddedTokenSplitter } from "./added-tokens";
import { BertNormalizer, type BertNormalizerConfig } from "./bert-normalizer";
import { splitIntoWords } from "./bert-pre-tokenizer";
import type { TokenizerJson } from "./tokenizer-json";
import { WordPieceModel } from "./wordpiece";

/**
 * From text to ids and back, without special tokens: added tokens are found, the rest is normalised, split into words
 * and the words into pieces.
 *
 * The parts that BERT's tokenizers use are ours where @huggingface/tokenizers' differ from the Rust library's (each
 * says how); any other kind of normaliser, pre-tokenizer or decoder that a file names is the library's.
 */
export class TextEncoder {
  private readonly rawSplitter: AddedTokenSplitter;
  private readonly normalizedSplitter: AddedTokenSplitter;
  /** Cleans a text, as the `normalizer` of the file says. */
  readonly normalize: (text: string) => string;
  private readonly splitWords: (text: string) => string[];
  private readonly joinTokens: (tokens: string[]) => string;
  private readonly model: WordPieceModel;

  constructor(json: TokenizerJson) {
    const { normalizer, pre_tokenizer } = json;
    // Without the added tokens: the library would make them part of the WordPiece vocabulary.
    const library = new LibraryTokenizer({ ...json, added_tokens: [] }, {});
    if (normalizer?.type === "BertNormalizer") {
      const bert = new BertNormalizer(normalizer as unknown as BertNormalizerConfig);
      this.normalize = (text) => bert.normalize(text);
    } else {
      this.normalize = (text) => library.normalizer?.normalize(text) ?? text;
    }
    this.splitWords =
      pre_tokenizer?.type === "BertPreTokenizer"
        ? splitIntoWords
        : (text) => library.pre_tokenizer?.pre_tokenize(text) ?? [text];
    this.joinTokens = (tokens) => library.decoder?.decode(tokens) ?? tokens.join(" ");
    this.model = new WordPieceModel(json.model);
    this.rawSplitter = new AddedTokenSplitter(json.added_tokens.filter((token) => !token.normalized));
    this.normalizedSplitter = new AddedTokenSplitter(
      json.added_tokens.filter((token) => token.normalized),
      this.normalize,
    );
  }

  /**
   * @param limit where to stop reading: after the word with which there are so many ids, from the left, or the right if
   *   `from` says so. The Rust library does this with `maxLength` before it truncates (unless "only_second"), and it shows:
   *   of two texts that are both longer, the one that ends in more pieces counts as the longer one.
   * @returns the ids of a text
   */
  encode(text: string, limit: number = Infinity, from: "left" | "right" = "left"): number[] {
    if (from === "right") return this.encodeFromRight(text, limit);
    const ids: number[] = [];
    this.readPieces(text, (piece) => {
      if (typeof piece === "number") return ids.push(piece) > 0; // an added token never ends the reading
      for (const id of piece) ids.push(id);
      return ids.length < limit;
    });
    return ids;
  }

  /** @returns for each id that `encode` gives the number of its word, counted in the whole text */
  words(text: string, limit: number = Infinity, from: "left" | "right" = "left"): number[] {
    const lengths: number[] = [];
    this.readPieces(text, (piece) => lengths.push(typeof piece === "number" ? 1 : piece.length) > 0);
    const words = lengths.flatMap((length, word) => new Array<number>(length).fill(word));
    const count = this.encode(text, limit, from).length;
    return from === "left" ? words.slice(0, count) : words.slice(words.length - count);
  }

  /** @returns the text of tokens: pieces joined to words, the spaces before punctuation left out */
  decode(tokens: string[]): string {
    return tokens.length === 0 ? "" : this.joinTokens(tokens);
  }

  private encodeFromRight(text: string, limit: number): number[] {
    const pieces: (number | readonly number[])[] = [];
    this.readPieces(text, (piece) => pieces.push(piece) > 0);
    let start = pieces.length;
    let count = 0;
    while (start > 0) {
      const piece = pieces[--start];
      count += typeof piece === "object" ? piece.length : 1;
      if (typeof piece === "object" && count >= limit) break;
    }
    return pieces.slice(start).flat();
  }

  /** Hands over the ids of each added token and each word, one after the other, until `take` returns false. */
  private readPieces(text: string, take: (piece: number | readonly number[]) => boolean): void {
    for (const raw of this.rawSplitter.split(text)) {
      const sections = typeof raw === "number" ? [raw] : this.normalizedSplitter.split(this.normalize(raw));
      for (const section of sections) {
        const words = typeof section === "number" ? [section] : this.splitWords(section);
        for (const word of words) {
          if (!take(typeof word === "number" ? word : this.model.encode(word))) return;
        }
      }
    }
  }
}
