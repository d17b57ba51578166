import { existsSync, readFile } from "../platform/files";
import path from "../platform/path";
import { readJson } from "../checkpoints/json";
import { TokenizerError } from "../errors";
import { BERT_SPECIAL_TOKENS, ROBERTA_SPECIAL_TOKENS, type SpecialTokens } from "./special-tokens";
import type { TokenizerConfig } from "./tokenizer-config";

// What a tokenizer.json would say of checkpoints of before there were any, which ship their vocabulary alone.

type Json = Record<string, unknown>;

/**
 * The tokenizer of a folder without a tokenizer.json: of a BERT's vocab.txt, or of a RoBERTa's vocab.json and merges.txt.
 *
 * @returns undefined if it has neither
 */
export async function readVocabularyFiles(
  directory: string,
  config: TokenizerConfig,
): Promise<{ value: Json; file: string } | undefined> {
  const [text, json, merges] = ["vocab.txt", "vocab.json", "merges.txt"].map((name) =>
    path.join(directory, name),
  ) as [string, string, string];
  if (existsSync(text)) return { value: bertTokenizerJson(await readVocabulary(text), config), file: text };
  if (!existsSync(json) || !existsSync(merges)) return undefined;
  return { value: robertaTokenizerJson(await readIds(json), await readMerges(merges), config), file: json };
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
  const token = (role: keyof SpecialTokens) => tokenFor(role, config, BERT_SPECIAL_TOKENS);
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

async function readIds(file: string): Promise<Record<string, number>> {
  const value = await readJson(file);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, number>;
  throw new TokenizerError(`${file}: is no object of tokens with their ids.`);
}

/** A merges.txt holds a pair a line, behind a line with its version. */
async function readMerges(file: string): Promise<string[]> {
  const lines = (await readFile(file, "utf8")).split(/\r?\n/);
  return lines.filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")));
}

/** @see transformers, RobertaConverter */
function robertaTokenizerJson(
  vocab: Record<string, number>,
  merges: readonly string[],
  config: TokenizerConfig,
): Json {
  const [cls, sep, mask] = (["cls_token", "sep_token", "mask_token"] as const).map((role) =>
    tokenFor(role, config, ROBERTA_SPECIAL_TOKENS),
  ) as [string, string, string];
  const idOf = (token: string) => (Object.hasOwn(vocab, token) ? vocab[token] : -1);
  const add_prefix_space = config.add_prefix_space === true;
  return {
    version: "1.0",
    // The white space before what is masked belongs to it.
    added_tokens: Object.hasOwn(vocab, mask)
      ? [{ id: idOf(mask), content: mask, lstrip: true, normalized: false, special: true }]
      : [],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space, trim_offsets: true, use_regex: true },
    post_processor: {
      ...{ type: "RobertaProcessing", sep: [sep, idOf(sep)], cls: [cls, idOf(cls)] },
      ...{ trim_offsets: true, add_prefix_space },
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      vocab,
      merges,
    },
  };
}

function tokenFor(
  role: keyof SpecialTokens,
  config: TokenizerConfig,
  names: Readonly<SpecialTokens>,
): string {
  const given = config[role] ?? names[role];
  return typeof given === "string" ? given : given.content;
}
