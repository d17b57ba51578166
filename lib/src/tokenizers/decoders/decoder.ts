import { fromByteCharacters } from "../byte-level";
import { replacement } from "../normalizers/normalizer";
import { characterOf, makePart, optionOf, type Part, partsOf, type PartTable } from "../parts";
import { Piece } from "../piece";
import { prependScheme } from "../pre-tokenizers/pre-tokenizer";
import { cleanUpToken } from "./clean-up";

/** From tokens to the pieces of a text, which stand side by side in it. */
export type Decoder = (tokens: readonly string[]) => string[];

const DECODERS: PartTable<Decoder> = {
  BPEDecoder(part) {
    const suffix = optionOf(part, "suffix", "string", "</w>");
    return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i + 1 === tokens.length ? "" : " "));
  },
  ByteFallback: () => byteFallback,
  ByteLevel: () => (tokens) => [fromByteCharacters(tokens)],
  CTC: ctc,
  Fuse: () => (tokens) => [tokens.join("")],
  Metaspace(part) {
    const mark = characterOf(part, "replacement");
    const isPrepended = prependScheme(part) !== "never";
    return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && isPrepended ? "" : " "));
  },
  Replace(part) {
    const replace = replacement(part);
    return (tokens) => tokens.map((token) => replace(Piece.of(token, false)).text);
  },
  Sequence(part) {
    const steps = partsOf(part, "decoders").map(decoderOf);
    return (tokens) => steps.reduce((pieces, step) => step(pieces), [...tokens]);
  },
  Strip: strip,
  WordPiece(part) {
    const prefix = optionOf(part, "prefix", "string", "##");
    const isCleaned = optionOf(part, "cleanup", "boolean", true);
    return (tokens) =>
      tokens.map((token, i) => {
        const isPiece = token.startsWith(prefix);
        const joined = i === 0 ? token : isPiece ? token.slice(prefix.length) : ` ${token}`;
        return isCleaned ? cleanUpToken(joined) : joined;
      });
  },
};

/**
 * Makes the `decoder` of a tokenizer.json, whose texts are the Rust library's.
 *
 * @throws TokenizerError for a type or option that this library does not know
 */
export function decoderOf(part: Part): Decoder {
  return makePart(part, DECODERS);
}

/** Connectionist temporal classification: repeated tokens are one, and padding is none. */
function ctc(part: Part): Decoder {
  const pad = optionOf(part, "pad_token", "string", "<pad>");
  const delimiter = optionOf(part, "word_delimiter_token", "string", "|");
  const isCleaned = optionOf(part, "cleanup", "boolean", true);
  return (tokens) =>
    tokens
      .filter((token, i) => token !== tokens[i - 1])
      .map((token) => {
        const text = token.replaceAll(pad, "");
        return isCleaned ? cleanUpToken(text).replaceAll(delimiter, " ") : text;
      })
      .filter((text) => text !== "");
}

/** Takes a character off the ends of each token, so many times at most. */
function strip(part: Part): Decoder {
  const character = characterOf(part, "content");
  const [start, stop] = [optionOf(part, "start", "number", 0), optionOf(part, "stop", "number", 0)];
  return (tokens) =>
    tokens.map((token) => {
      const characters = Array.from(token);
      let [first, last] = [0, characters.length];
      while (first < Math.min(start, last) && characters[first] === character) first++;
      while (last > Math.max(first, characters.length - stop) && characters[last - 1] === character) last--;
      return characters.slice(first, last).join("");
    });
}

/** Tokens such as `<0xE2>` are bytes of UTF-8. */
function byteFallback(tokens: readonly string[]): string[] {
  const pieces: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      pieces.push(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)));
    } catch {
      pieces.push(...bytes.map(() => "\ufffd"));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = /^<0x([0-9a-f]{2})>$/i.exec(token);
    if (byte) bytes.push(parseInt(byte[1]!, 16));
    else {
      flush();
      pieces.push(token);
    }
  }
  flush();
  return pieces;
}
