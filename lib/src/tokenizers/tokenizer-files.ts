import { existsSync } from "../platform/files";
import path from "../platform/path";
import { readJson, writeJson } from "../checkpoints/json";
import { writeFileAtomic } from "../checkpoints/atomic-file";
import { TokenizerError } from "../errors";
import { convertAdvice, SENTENCE_PIECE_FILES } from "../checkpoints/sentence-piece-files";
import { readVocabularyFiles } from "./vocabulary-files";
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

/**
 * Reads the tokenizer of a model directory: tokenizer.json, or the vocabulary's own files of an old one; tokenizer_config.json,
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
  const found = await readVocabularyFiles(directory, config);
  if (found)
    return { json: parseTokenizerJson(found.value, found.file), config, addedTokens, file: found.file };
  const pieces = SENTENCE_PIECE_FILES.find((name) => existsSync(at(name)));
  throw new TokenizerError(
    `${directory}: holds no tokenizer that is read here (looked for tokenizer.json, then for a BERT's vocab.txt, then for a ` +
      `RoBERTa's vocab.json with merges.txt).${pieces === undefined ? "" : ` ${convertAdvice(pieces)}`}`,
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
