import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { readJson, writeJson } from "../checkpoints/json";
import { writeFileAtomic } from "../checkpoints/atomic-file";
import { TokenizerError } from "../errors";
import { BERT_SPECIAL_TOKENS } from "./special-tokens";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json";
import type { TokenizerConfig } from "./tokenizer-config";

/** What a tokenizer is built from. */
export interface TokenizerFiles {
  json: TokenizerJson;
  config: TokenizerConfig;
  /** The content of added_tokens.json: ids by token. */
  addedTokens?: Readonly<Record<string, unknown>>;
  /** The file that `json` was read from, for messages. */
  file: string;
}

async function readTokenizerFile(file: string): Promise<unknown> {
  try {
    return await readJson(file);
  } catch (error) {
    throw new TokenizerError((error as Error).message, { cause: error });
  }
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  if (!existsSync(file)) return {};
  const value = await readTokenizerFile(file);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TokenizerError(`${file}: not a JSON object.`);
  }
  return value as Record<string, unknown>;
}

/** transformers' tokenizer of a family, where tokenizer_config.json does not name one. */
const TOKENIZER_CLASSES = new Map<unknown, string>([
  ["albert", "AlbertTokenizer"],
  ["camembert", "CamembertTokenizer"],
  ["deberta-v2", "DebertaV2Tokenizer"],
  ["distilbert", "DistilBertTokenizer"],
  ["modernbert", "TokenizersBackend"],
  ["mpnet", "MPNetTokenizer"],
  ["roberta", "RobertaTokenizer"],
  ["xlm-roberta", "XLMRobertaTokenizer"],
]);

/** Families whose first position is one more than the id of padding. */
const COUNTS_FROM_PADDING = ["camembert", "mpnet", "roberta", "xlm-roberta"];

/** Longest text that the model takes, from its config.json; undefined if that does not say. */
function longestText(modelConfig: Record<string, unknown>): number | undefined {
  const { max_position_embeddings: positions, model_type: type, pad_token_id: padding = 1 } = modelConfig;
  if (typeof positions !== "number") return undefined;
  return COUNTS_FROM_PADDING.includes(String(type)) ? positions - (Number(padding) + 1) : positions;
}

/** A vocab.txt holds one token a line; the line's number is the id. */
async function readVocabulary(file: string): Promise<Record<string, number>> {
  const lines = (await readFile(file, "utf8")).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return Object.fromEntries(lines.map((token, id) => [token, id]));
}

/** The tokenizer.json of a BERT that ships only its vocabulary; tokenizer_config.json says how texts are cleaned. */
export function bertTokenizerJson(
  vocab: Record<string, number>,
  config: TokenizerConfig,
): Record<string, unknown> {
  const token = (role: "cls_token" | "sep_token" | "unk_token"): string => {
    const given = config[role] ?? BERT_SPECIAL_TOKENS[role];
    return typeof given === "string" ? given : given.content;
  };
  const special = (content: string, type_id: number) => ({ SpecialToken: { id: content, type_id } });
  const define = (content: string) => [
    content,
    { id: content, ids: [Object.hasOwn(vocab, content) ? vocab[content] : -1], tokens: [content] },
  ];
  const [cls, sep] = [token("cls_token"), token("sep_token")];
  const a = { Sequence: { id: "A", type_id: 0 } };
  const b = { Sequence: { id: "B", type_id: 1 } };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [special(cls, 0), a, special(sep, 0)],
      pair: [special(cls, 0), a, special(sep, 0), b, special(sep, 1)],
      special_tokens: Object.fromEntries([define(cls), define(sep)]) as unknown,
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: token("unk_token"),
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

/**
 * Reads the tokenizer of a model directory: tokenizer.json, or the vocab.txt of an old one; tokenizer_config.json,
 * special_tokens_map.json, added_tokens.json, and config.json for the longest text, where they exist.
 *
 * @throws TokenizerError if there is no tokenizer, or a file of it cannot be used
 */
export async function readTokenizerFiles(directory: string): Promise<TokenizerFiles> {
  const at = (name: string) => path.join(directory, name);
  const config: TokenizerConfig = {
    ...(await readObject(at("special_tokens_map.json"))),
    ...(await readObject(at("tokenizer_config.json"))),
  };
  const modelConfig = await readObject(at("config.json"));
  config.model_max_length ??= longestText(modelConfig);
  config.tokenizer_class ??= TOKENIZER_CLASSES.get(modelConfig.model_type);
  const addedTokens = await readObject(at("added_tokens.json"));
  if (existsSync(at("tokenizer.json"))) {
    const file = at("tokenizer.json");
    return { json: parseTokenizerJson(await readTokenizerFile(file), file), config, addedTokens, file };
  }
  const file = at("vocab.txt");
  if (existsSync(file)) {
    const value = bertTokenizerJson(await readVocabulary(file), config);
    return { json: parseTokenizerJson(value, file), config, addedTokens, file };
  }
  throw new TokenizerError(
    `${directory}: holds no tokenizer (looked for tokenizer.json, then for a BERT's vocab.txt).`,
  );
}

/** tokenizer.json's text with the vocabulary in the order of its ids (an object would put "0" to "9" first). */
function serialise(json: TokenizerJson): string {
  if (json.model.type === "Unigram") return `${JSON.stringify(json, null, 2)}\n`;
  const entries = Object.entries(json.model.vocab).sort(([, a], [, b]) => a - b);
  const lines = entries.map(([token, id]) => `      ${JSON.stringify(token)}: ${id}`).join(",\n");
  const text = JSON.stringify({ ...json, model: { ...json.model, vocab: null } }, null, 2);
  const at = text.lastIndexOf('"vocab": null');
  return `${text.slice(0, at)}"vocab": {\n${lines}\n    }${text.slice(at + '"vocab": null'.length)}\n`;
}

/** Writes tokenizer.json and tokenizer_config.json, the two files that transformers 5 writes and reads. */
export async function writeTokenizerFiles(
  directory: string,
  json: TokenizerJson,
  config: TokenizerConfig,
): Promise<void> {
  await writeFileAtomic(path.join(directory, "tokenizer.json"), serialise(json));
  const sorted = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  await writeJson(path.join(directory, "tokenizer_config.json"), Object.fromEntries(sorted));
}
