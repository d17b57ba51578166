import { AddedTokenSplitter } from "./added-tokens";
import { type Decoder, decoderOf } from "./decoders/decoder";
import { type Normalizer, normalizerOf } from "./normalizers/normalizer";
import { modelOf, type TokenizerModel } from "./models/model";
import { type Part, wrongPart } from "./parts";
import { Piece, type Span } from "./piece";
import { type PreTokenizer, prependScheme, preTokenizerOf } from "./pre-tokenizers/pre-tokenizer";
import type { TokenizerJson, TypedPart } from "./tokenizer-json";
import { spanFromBytes } from "./utf8";

/** A token, and where in its text it comes from. */
export interface Token {
  id: number;
  /** The number of its word, or added token, in the text. */
  word: number;
  span: Span;
  /** What stands there, if it is an added token; white space that it swallows is part of it. */
  added: string | undefined;
}

/**
 * From text to ids and back, without special tokens: added tokens are found, the rest is normalised, split into words
 * and the words into pieces. Of @huggingface/tokenizers WordPiece's search for pieces is used alone: its other parts differ from
 * the Rust library's for texts that are not ASCII (each of ours says how), and answer what they do not know by
 * something else.
 */
export class TextEncoder {
  private readonly rawSplitter: AddedTokenSplitter;
  private readonly normalizedSplitter: AddedTokenSplitter;
  private readonly normalizer: Normalizer;
  private readonly preTokenizer: PreTokenizer;
  private readonly decoder: Decoder | undefined;
  private readonly model: TokenizerModel;

  /**
   * @param file the tokenizer.json, for messages
   * @throws TokenizerError for a part that this library does not know
   */
  constructor(json: TokenizerJson, file: string) {
    const part = (name: "normalizer" | "pre_tokenizer" | "decoder"): Part | undefined => {
      const options = json[name];
      return options ? { options, name, file } : undefined;
    };
    const [normalizer, preTokenizer, decoder] = [part("normalizer"), part("pre_tokenizer"), part("decoder")];
    this.normalizer = normalizer ? normalizerOf(normalizer) : (text) => text;
    this.preTokenizer = preTokenizer ? preTokenizerOf(preTokenizer) : (text) => [text];
    this.decoder = decoder && decoderOf(decoder);
    if (preTokenizer) checkFirst(preTokenizer, json.normalizer);
    this.model = modelOf(json.model, file);
    this.rawSplitter = new AddedTokenSplitter(json.added_tokens.filter((token) => !token.normalized));
    this.normalizedSplitter = new AddedTokenSplitter(
      json.added_tokens.filter((token) => token.normalized),
      (text) => this.normalize(text),
    );
  }

  /** Cleans a text, as the `normalizer` of the file says. */
  normalize(text: string): string {
    return this.normalizer(Piece.of(text, false)).text;
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
    this.readWords(Piece.of(text, false), (word, added) => {
      if (added !== undefined) return ids.push(added) > 0; // an added token never ends the reading
      for (const id of this.model.encode(word.text)) ids.push(id);
      return ids.length < limit;
    });
    return ids;
  }

  /** @returns for each id that `encode` gives also where it comes from */
  tokens(text: string, limit: number = Infinity, from: "left" | "right" = "left"): Token[] {
    const tokens: Token[] = [];
    let word = 0;
    this.readWords(Piece.of(text, true), (piece, added) => {
      if (added !== undefined) tokens.push({ id: added, word, span: piece.span(), added: piece.text });
      else {
        const fromBytes = spanFromBytes(piece.text);
        const spans = this.model.spans(piece.text);
        for (const [i, id] of this.model.encode(piece.text).entries()) {
          tokens.push({ id, word, span: piece.span(...fromBytes(spans[i]!)), added: undefined });
        }
      }
      return ++word > 0;
    });
    if (limit === Infinity) return tokens;
    const { length } = this.encode(text, limit, from);
    return from === "left" ? tokens.slice(0, length) : tokens.slice(tokens.length - length);
  }

  /** @returns the text of tokens: pieces joined to words, the spaces before punctuation left out */
  decode(tokens: string[]): string {
    if (tokens.length === 0) return "";
    return this.decoder ? this.decoder(tokens).join("") : tokens.join(" ");
  }

  private encodeFromRight(text: string, limit: number): number[] {
    const words: { ids: readonly number[]; isAdded: boolean }[] = [];
    this.readWords(Piece.of(text, false), (word, added) => {
      const isAdded = added !== undefined;
      return words.push({ ids: isAdded ? [added] : this.model.encode(word.text), isAdded }) > 0;
    });
    let start = words.length;
    let count = 0;
    while (start > 0) {
      const { ids, isAdded } = words[--start]!;
      count += ids.length;
      if (!isAdded && count >= limit) break;
    }
    return words.slice(start).flatMap(({ ids }) => ids);
  }

  /** Hands over each word, and each added token with its id, one after the other, until `take` returns false. */
  private readWords(given: Piece, take: (word: Piece, added?: number) => boolean): void {
    // Half a surrogate pair is no character: Rust strings cannot hold one, Python replaces it.
    const text = given.withText(given.text.replace(/\p{Surrogate}/gu, "\ufffd"));
    for (const raw of this.rawSplitter.split(text)) {
      if (raw.id !== undefined) {
        if (!take(raw.piece, raw.id)) return;
        continue;
      }
      for (const { piece, id } of this.normalizedSplitter.split(this.normalizer(raw.piece))) {
        // Of nothing there are no words, whatever a pre-tokenizer would set before them.
        if (piece.text === "") continue;
        const words = id === undefined ? this.preTokenizer(piece) : [piece];
        for (const word of words) if (!take(word, id)) return;
      }
    }
  }
}

/** Normalizers that take nothing away at the beginning of a text. */
const KEEPS_BEGINNING = new Set(["Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Prepend"]);

/** Whether a piece is the first one of the *raw* text is known only where the normalizer leaves its beginning alone. */
function checkFirst(preTokenizer: Part, normalizer: TypedPart | null): void {
  const all = (part: TypedPart, key: string): TypedPart[] =>
    Array.isArray(part[key]) ? (part[key] as TypedPart[]).flatMap((each) => all(each, key)) : [part];
  const isFirst = all(preTokenizer.options, "pretokenizers").some((options) => {
    return options.type === "Metaspace" && prependScheme({ ...preTokenizer, options }) === "first";
  });
  const odd =
    isFirst && normalizer && all(normalizer, "normalizers").find(({ type }) => !KEEPS_BEGINNING.has(type));
  if (odd) {
    throw wrongPart(
      preTokenizer,
      `prepend_scheme "first" beside the normalizer ${odd.type} is not supported`,
    );
  }
}
