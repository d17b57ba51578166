import { AddedTokenSplitter } from "./added-tokens";
import { type Decoder, decoderOf } from "./decoders/decoder";
import { type Normalizer, normalizerOf } from "./normalizers/normalizer";
import { modelOf, type TokenizerModel } from "./models/model";
import { type Part, wrongPart } from "./parts";
import { splitIntoWords } from "./pre-tokenizers/bert-pre-tokenizer";
import { type PreTokenizer, prependScheme, preTokenizerOf } from "./pre-tokenizers/pre-tokenizer";
import type { TokenizerJson, TypedPart } from "./tokenizer-json";

/**
 * From text to ids and back, without special tokens: added tokens are found, the rest is normalised, split into words
 * and the words into pieces. Of @huggingface/tokenizers WordPiece's search for pieces is used alone: its other parts differ from
 * the Rust library's for texts that are not ASCII (each of ours says how), and answer what they do not know by
 * something else.
 */
export class TextEncoder {
  private readonly rawSplitter: AddedTokenSplitter;
  private readonly normalizedSplitter: AddedTokenSplitter;
  /** Cleans a text, as the `normalizer` of the file says. */
  readonly normalize: Normalizer;
  private readonly splitWords: (text: string, isFirst: boolean) => string[];
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
    this.normalize = normalizer ? normalizerOf(normalizer) : (text) => text;
    this.splitWords = wordSplitter(preTokenizer);
    this.decoder = decoder && decoderOf(decoder);
    if (preTokenizer) checkFirst(preTokenizer, json.normalizer);
    this.model = modelOf(json.model, file);
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
    if (tokens.length === 0) return "";
    return this.decoder ? this.decoder(tokens).join("") : tokens.join(" ");
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
  private readPieces(given: string, take: (piece: number | readonly number[]) => boolean): void {
    // Half a surrogate pair is no character: Rust strings cannot hold one, Python replaces it.
    const text = given.replace(/\p{Surrogate}/gu, "\ufffd");
    for (const [place, raw] of this.rawSplitter.split(text).entries()) {
      const sections = typeof raw === "number" ? [raw] : this.normalizedSplitter.split(this.normalize(raw));
      for (const [index, section] of sections.entries()) {
        const isFirst = place === 0 && index === 0;
        // Of nothing there are no words, whatever a pre-tokenizer would set before them.
        if (section === "") continue;
        const words = typeof section === "number" ? [section] : this.splitWords(section, isFirst);
        for (const word of words) {
          if (!take(typeof word === "number" ? word : this.model.encode(word))) return;
        }
      }
    }
  }
}

/** From a text to its words. BERT's own way makes no objects for them. */
function wordSplitter(part: Part | undefined): (text: string, isFirst: boolean) => string[] {
  if (!part) return (text) => [text];
  const preTokenize: PreTokenizer = preTokenizerOf(part);
  if (part.options.type === "BertPreTokenizer") return splitIntoWords;
  return (text, isFirst) => preTokenize({ text, isFirst }).map((piece) => piece.text);
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
