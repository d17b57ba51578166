import { TokenizerError } from "../../errors";

/** A word is cut into the longest pieces that the vocabulary has, from its beginning on. */
export interface WordPieceConfig {
  type: "WordPiece";
  unk_token: string;
  continuing_subword_prefix: string;
  max_input_chars_per_word: number;
  vocab: Record<string, number>;
}

/** A word's characters are joined pair by pair, in the order in which training found the pairs. */
export interface BpeConfig {
  type: "BPE";
  dropout: null;
  /** Stands for characters that the vocabulary lacks; null: they are left out. */
  unk_token: string | null;
  continuing_subword_prefix: string | null;
  end_of_word_suffix: string | null;
  /** Whether unknown characters side by side are one token. */
  fuse_unk: boolean;
  /** Whether an unknown character becomes the tokens of its bytes, `<0xE2>`. */
  byte_fallback: boolean;
  /** Whether a word that is a token as a whole stays whole. */
  ignore_merges: boolean;
  vocab: Record<string, number>;
  merges: readonly (readonly [string, string])[];
}

/** A word is cut into the pieces that are most likely together. */
export interface UnigramConfig {
  type: "Unigram";
  /** Place of the unknown token in `vocab`; null: there is none. */
  unk_id: number | null;
  /** The pieces in the order of their ids, with the logarithms of their probabilities. */
  vocab: readonly (readonly [piece: string, score: number])[];
  byte_fallback: boolean;
}

export type ModelConfig = WordPieceConfig | BpeConfig | UnigramConfig;

/** Every piece with its id. */
export function vocabularyOf({ vocab }: ModelConfig): Record<string, number> {
  if (!Array.isArray(vocab)) return vocab as Record<string, number>;
  return Object.fromEntries((vocab as UnigramConfig["vocab"]).map(([piece], id) => [piece, id]));
}

/** The token that stands for what the vocabulary cannot spell. */
export function unknownTokenOf(config: ModelConfig): string | undefined {
  if (config.type !== "Unigram") return config.unk_token ?? undefined;
  return config.unk_id === null ? undefined : config.vocab[config.unk_id]![0];
}

type Json = Record<string, unknown>;

/** Which model a tokenizer.json is for; files of before 2021 do not say, their options do. */
function typeOf(model: Json): string {
  if (typeof model.type === "string") return model.type;
  if ("merges" in model) return "BPE";
  if (Array.isArray(model.vocab)) return "Unigram";
  return "max_input_chars_per_word" in model || "continuing_subword_prefix" in model
    ? "WordPiece"
    : "WordLevel";
}

/** Twice as many as the largest vocabulary of an encoder that is known (LaBSE's). */
const MOST_TOKENS = 1_000_000;
/** Ids go into int32 tensors. */
export const LARGEST_ID = 2 ** 31 - 1;

export const isTokenId = (id: unknown): id is number =>
  typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= LARGEST_ID;

function checkSize(count: number, file: string): void {
  if (count <= MOST_TOKENS) return;
  throw new TokenizerError(
    `${file}: the vocabulary has ${count} tokens; ${MOST_TOKENS} are the most that are read.`,
  );
}

function checkVocabulary(vocab: unknown, file: string): Record<string, number> {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab)) {
    throw new TokenizerError(`${file}: model.vocab is no object of tokens with their ids.`);
  }
  const tokenOf = new Map<number, string>();
  const entries = Object.entries(vocab);
  checkSize(entries.length, file);
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

function wordPiece(model: Json, file: string): WordPieceConfig {
  const vocab = checkVocabulary(model.vocab, file);
  const unknown = typeof model.unk_token === "string" ? model.unk_token : "[UNK]";
  if (!Object.hasOwn(vocab, unknown)) {
    throw new TokenizerError(
      `${file}: the vocabulary lacks the unknown token ${JSON.stringify(unknown)}, which stands for every word that it cannot spell. Add it to model.vocab.`,
    );
  }
  return {
    type: "WordPiece",
    unk_token: unknown,
    continuing_subword_prefix:
      typeof model.continuing_subword_prefix === "string" ? model.continuing_subword_prefix : "##",
    max_input_chars_per_word: longestWord(model.max_input_chars_per_word, file),
    vocab,
  };
}

function bpe(model: Json, file: string): BpeConfig {
  const vocab = checkVocabulary(model.vocab, file);
  const text = (name: string): string | null => {
    const value = model[name];
    return typeof value === "string" ? value : null;
  };
  if (model.dropout !== null && model.dropout !== undefined && model.dropout !== 0) {
    throw new TokenizerError(
      `${file}: model.dropout is ${JSON.stringify(model.dropout)}; merges that are left out by chance are not supported.`,
    );
  }
  const unknown = text("unk_token");
  if (unknown !== null && !Object.hasOwn(vocab, unknown)) {
    throw new TokenizerError(
      `${file}: the vocabulary lacks the unknown token ${JSON.stringify(unknown)}. Add it to model.vocab.`,
    );
  }
  if (!Array.isArray(model.merges)) throw new TokenizerError(`${file}: model.merges is no list.`);
  checkSize(model.merges.length, file);
  const merges = (model.merges as unknown[]).map((merge, i): [string, string] => {
    // Files of before 2024 have "a b".
    const parts: unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    if (parts.length !== 2 || !parts.every((part) => typeof part === "string" && part !== "")) {
      throw new TokenizerError(`${file}: model.merges[${i}] is ${JSON.stringify(merge)}, which is no pair.`);
    }
    return parts as [string, string];
  });
  return {
    type: "BPE",
    dropout: null,
    unk_token: unknown,
    continuing_subword_prefix: text("continuing_subword_prefix"),
    end_of_word_suffix: text("end_of_word_suffix"),
    fuse_unk: model.fuse_unk === true,
    byte_fallback: model.byte_fallback === true,
    ignore_merges: model.ignore_merges === true,
    vocab,
    merges,
  };
}

function unigram(model: Json, file: string): UnigramConfig {
  const { vocab, unk_id: unknown = null } = model;
  if (!Array.isArray(vocab) || vocab.length === 0) {
    throw new TokenizerError(`${file}: model.vocab is no list of pieces with their scores.`);
  }
  checkSize(vocab.length, file);
  for (const [i, entry] of (vocab as unknown[]).entries()) {
    const [piece, score] = (Array.isArray(entry) ? entry : []) as unknown[];
    if (typeof piece === "string" && typeof score === "number" && Number.isFinite(score)) continue;
    throw new TokenizerError(
      `${file}: model.vocab[${i}] is ${JSON.stringify(entry)}, which is no piece with its score.`,
    );
  }
  if (unknown !== null && !(isTokenId(unknown) && unknown < vocab.length)) {
    throw new TokenizerError(
      `${file}: model.unk_id is ${JSON.stringify(unknown)}, which is none of the ${vocab.length} pieces.`,
    );
  }
  return {
    type: "Unigram",
    unk_id: unknown,
    vocab: vocab as UnigramConfig["vocab"],
    byte_fallback: model.byte_fallback === true,
  };
}

/**
 * Checks the `model` of a tokenizer.json.
 *
 * @throws TokenizerError that names the file and what is wrong, or not supported
 */
export function parseModel(model: Json, file: string): ModelConfig {
  const type = typeOf(model);
  if (type === "WordPiece") return wordPiece(model, file);
  if (type === "BPE") return bpe(model, file);
  if (type === "Unigram") return unigram(model, file);
  throw new TokenizerError(
    `${file}: its model is ${type}; WordPiece (BERT and its kin), BPE (RoBERTa, ModernBERT) and Unigram (XLM-RoBERTa, ` +
      "ALBERT, DeBERTa) are supported.",
  );
}
