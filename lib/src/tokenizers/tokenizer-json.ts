import { TokenizerError } from "../errors";

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

/** The `model` of a tokenizer.json. */
export interface WordPieceConfig {
  type?: "WordPiece";
  unk_token: string;
  continuing_subword_prefix: string;
  max_input_chars_per_word: number;
  vocab: Record<string, number>;
}

/** A part of the tokenizer.json that says by `type` what it is. */
export interface TypedPart {
  type: string;
  [option: string]: unknown;
}

/** tokenizer.json as the `tokenizers` library writes it, with a WordPiece model. */
export interface TokenizerJson {
  version: string;
  truncation: unknown;
  padding: unknown;
  added_tokens: AddedTokenConfig[];
  normalizer: TypedPart | null;
  pre_tokenizer: TypedPart | null;
  post_processor: TypedPart | null;
  decoder: TypedPart | null;
  model: WordPieceConfig;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Which model a tokenizer.json is for; files of before 2021 do not say, their options do. */
function modelType(model: Record<string, unknown>): string {
  if (typeof model.type === "string") return model.type;
  if ("merges" in model) return "BPE";
  if (Array.isArray(model.vocab)) return "Unigram";
  return "max_input_chars_per_word" in model || "continuing_subword_prefix" in model
    ? "WordPiece"
    : "WordLevel";
}

/** Twice as many as the largest vocabulary of a BERT that is known (LaBSE's). */
const MOST_TOKENS = 1_000_000;
/** Ids go into int32 tensors. */
const LARGEST_ID = 2 ** 31 - 1;

export const isTokenId = (id: unknown): id is number =>
  typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= LARGEST_ID;

function checkVocabulary(vocab: unknown, file: string): Record<string, number> {
  if (!isObject(vocab)) {
    throw new TokenizerError(`${file}: model.vocab is no object of tokens with their ids.`);
  }
  const tokenOf = new Map<number, string>();
  const entries = Object.entries(vocab);
  if (entries.length > MOST_TOKENS) {
    throw new TokenizerError(
      `${file}: the vocabulary has ${entries.length} tokens; ${MOST_TOKENS} are the most that are read.`,
    );
  }
  for (const [token, id] of entries) {
    if (!isTokenId(id)) {
      throw new TokenizerError(
        `${file}: token ${JSON.stringify(token)} has id ${String(id)}; ids are integers from 0 to ${LARGEST_ID}.`,
      );
    }
    const other = tokenOf.get(id);
    if (other !== undefined) {
      throw new TokenizerError(
        `${file}: tokens ${JSON.stringify(other)} and ${JSON.stringify(token)} have the same id, ${id}.`,
      );
    }
    tokenOf.set(id, token);
  }
  return vocab as Record<string, number>;
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

/** The search for the pieces of a word takes time by the square of its length. */
const LONGEST_WORD = 1000;

function longestWord(value: unknown = 100, file: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LONGEST_WORD)
    return value;
  throw new TokenizerError(
    `${file}: model.max_input_chars_per_word is ${JSON.stringify(value)}; a whole number of at most ${LONGEST_WORD} is ` +
      "expected. Longer words become the unknown token; BERT's limit is 100.",
  );
}

/**
 * Checks what a tokenizer.json holds.
 *
 * @param value the parsed file
 * @param file  its path, for messages
 * @throws TokenizerError if it is not a tokenizer.json, its model is not WordPiece, or the vocabulary lacks the
 *   unknown token
 */
export function parseTokenizerJson(value: unknown, file: string): TokenizerJson {
  if (!isObject(value) || !isObject(value.model)) {
    throw new TokenizerError(`${file}: not a tokenizer.json (an object with a "model" is expected).`);
  }
  const { model } = value;
  const type = modelType(model);
  if (type !== "WordPiece") {
    throw new TokenizerError(
      `${file}: its model is ${type}; only WordPiece is supported, the model of BERT, DistilBERT, ELECTRA, MiniLM and their kin.`,
    );
  }
  const vocab = checkVocabulary(model.vocab, file);
  const unknown = typeof model.unk_token === "string" ? model.unk_token : "[UNK]";
  if (!Object.hasOwn(vocab, unknown)) {
    throw new TokenizerError(
      `${file}: the vocabulary lacks the unknown token ${JSON.stringify(unknown)}, which stands for every word that it cannot spell. Add it to model.vocab.`,
    );
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
    model: {
      type: "WordPiece",
      unk_token: unknown,
      continuing_subword_prefix:
        typeof model.continuing_subword_prefix === "string" ? model.continuing_subword_prefix : "##",
      max_input_chars_per_word: longestWord(model.max_input_chars_per_word, file),
      vocab,
    },
  };
}
