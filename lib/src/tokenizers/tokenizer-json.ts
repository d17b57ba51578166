import { TokenizerError } from "../errors";
import { isTokenId, LARGEST_ID, parseModel, type ModelConfig } from "./models/configuration";

/** A token that is found in the text before anything else happens to it. */
export interface AddedTokenConfig {
  id: number;
  content: string;
  /** Only where no word character stands next to it. */
  single_word: boolean;
  /** Swallows the white space on its left, right. */
  lstrip: boolean;
  rstrip: boolean;
  /** Looked for in the normalised text rather than in the raw one. */
  normalized: boolean;
  /** Left out by `decode(ids, { skipSpecialTokens: true })`. */
  special: boolean;
}

/** A part of the tokenizer.json that says by `type` what it is. */
export interface TypedPart {
  type: string;
  [option: string]: unknown;
}

/** tokenizer.json as the `tokenizers` library writes it. */
export interface TokenizerJson {
  version: string;
  truncation: unknown;
  padding: unknown;
  added_tokens: AddedTokenConfig[];
  normalizer: TypedPart | null;
  pre_tokenizer: TypedPart | null;
  post_processor: TypedPart | null;
  decoder: TypedPart | null;
  model: ModelConfig;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function part(value: unknown, name: string, file: string): TypedPart | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value) || typeof value.type !== "string") {
    throw new TokenizerError(`${file}: ${name} is neither null nor an object with a "type".`);
  }
  return value as TypedPart;
}

function addedToken(value: unknown, index: number, file: string): AddedTokenConfig {
  if (!isObject(value) || typeof value.content !== "string" || !isTokenId(value.id)) {
    throw new TokenizerError(
      `${file}: added_tokens[${index}] has no "content" with an "id" from 0 to ${LARGEST_ID}.`,
    );
  }
  const flag = (name: string, otherwise = false) => Boolean(value[name] ?? otherwise);
  const special = flag("special");
  return {
    id: value.id,
    content: value.content,
    single_word: flag("single_word"),
    lstrip: flag("lstrip"),
    rstrip: flag("rstrip"),
    normalized: flag("normalized", !special),
    special,
  };
}

/**
 * Checks what a tokenizer.json holds.
 *
 * @param value the parsed file
 * @param file  its path, for messages
 * @throws TokenizerError if it is not a tokenizer.json, or its model is none that is supported, or damaged
 */
export function parseTokenizerJson(value: unknown, file: string): TokenizerJson {
  if (!isObject(value) || !isObject(value.model)) {
    throw new TokenizerError(`${file}: not a tokenizer.json (an object with a "model" is expected).`);
  }
  const added = Array.isArray(value.added_tokens) ? (value.added_tokens as unknown[]) : [];
  return {
    version: typeof value.version === "string" ? value.version : "1.0",
    truncation: value.truncation ?? null,
    padding: value.padding ?? null,
    added_tokens: added.map((token, i) => addedToken(token, i, file)),
    normalizer: part(value.normalizer, "normalizer", file),
    pre_tokenizer: part(value.pre_tokenizer, "pre_tokenizer", file),
    post_processor: part(value.post_processor, "post_processor", file),
    decoder: part(value.decoder, "decoder", file),
    model: parseModel(value.model, file),
  };
}
