import { TokenizerError } from "../errors";
import type { ConfiguredToken } from "./configured-tokens";
import { unknownTokenOf, vocabularyOf } from "./models/configuration";
import type { AddedTokenConfig, TokenizerJson } from "./tokenizer-json";
import type { TokenizerConfig } from "./tokenizer-config";

/** The tokens with a meaning of their own. */
export interface SpecialTokens {
  unk_token: string;
  sep_token: string;
  pad_token: string;
  cls_token: string;
  mask_token: string;
}

export const BERT_SPECIAL_TOKENS: Readonly<SpecialTokens> = {
  unk_token: "[UNK]",
  sep_token: "[SEP]",
  pad_token: "[PAD]",
  cls_token: "[CLS]",
  mask_token: "[MASK]",
};

const ROLES = Object.keys(BERT_SPECIAL_TOKENS) as (keyof SpecialTokens)[];

const NEEDED_FOR: Partial<Record<keyof SpecialTokens, string>> = {
  sep_token: "ends each text",
  pad_token: "fills short texts of a batch",
  cls_token: "begins each text",
};

/** A special token with its flags, as BERT's tokenizer adds it. */
function specialToken(content: string, id: number): AddedTokenConfig {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

/** The same of RoBERTa and of SentencePiece. */
export const ROBERTA_SPECIAL_TOKENS: Readonly<SpecialTokens> = {
  unk_token: "<unk>",
  sep_token: "</s>",
  pad_token: "<pad>",
  cls_token: "<s>",
  mask_token: "<mask>",
};

/** Which token plays which role: tokenizer_config.json says, else the vocabulary's names for it, BERT's or RoBERTa's. */
export function specialTokensOf(config: TokenizerConfig, json: TokenizerJson): SpecialTokens {
  const vocabulary = vocabularyOf(json.model);
  const added = new Set(json.added_tokens.map(({ content }) => content));
  const has = (token: string) => added.has(token) || Object.hasOwn(vocabulary, token);
  const tokens: SpecialTokens = { ...BERT_SPECIAL_TOKENS };
  for (const role of ROLES) {
    const other = ROBERTA_SPECIAL_TOKENS[role];
    if (!has(tokens[role]) && has(other)) tokens[role] = other;
  }
  tokens.unk_token = unknownTokenOf(json.model) ?? tokens.unk_token;
  for (const role of ROLES) {
    const given = config[role];
    if (given !== undefined && given !== null)
      tokens[role] = typeof given === "string" ? given : given.content;
  }
  return tokens;
}

/**
 * The added tokens of a tokenizer: those of tokenizer.json, those that other files name, and the special ones even if no
 * file lists them.
 *
 * @param configured those of the other files; one that has no id, and is no word of the vocabulary, gets the next id
 * @throws TokenizerError if a token that every text needs is not in the vocabulary (`mask_token` may be missing), or two
 *   tokens have one id
 */
export function addedTokensOf(
  json: TokenizerJson,
  special: SpecialTokens,
  configured: readonly ConfiguredToken[],
  file: string,
): AddedTokenConfig[] {
  const added = new Map(json.added_tokens.map((token) => [token.content, token]));
  const vocabulary = vocabularyOf(json.model);
  const tokens = new TokenIds(vocabulary, json.added_tokens);
  for (const token of configured) {
    if (added.has(token.content)) continue;
    added.set(token.content, { ...token, id: tokens.idFor(token, file) });
  }
  for (const role of ROLES) {
    const content = special[role];
    if (added.has(content)) continue;
    const id = Object.hasOwn(vocabulary, content) ? vocabulary[content] : undefined;
    if (id !== undefined) {
      added.set(content, specialToken(content, id));
    } else if (role !== "mask_token") {
      throw new TokenizerError(
        `${file}: the vocabulary lacks the special token ${JSON.stringify(content)} (${role}), which ${NEEDED_FOR[role] ?? "stands for unknown words"}. ` +
          `Add it to the vocabulary, or name another one as "${role}" in tokenizer_config.json.`,
      );
    }
  }
  return [...added.values()];
}

/** Which token has which id. */
class TokenIds {
  private readonly taken = new Map<number, string>();
  private next = 0;

  constructor(
    private readonly vocab: Readonly<Record<string, number>>,
    added: readonly AddedTokenConfig[],
  ) {
    for (const [content, id] of Object.entries(vocab)) this.take(content, id);
    for (const { content, id } of added) this.take(content, id);
  }

  /** The id of a new token. @throws TokenizerError if another token has it */
  idFor({ content, id }: ConfiguredToken, file: string): number {
    const known = Object.hasOwn(this.vocab, content) ? this.vocab[content]! : undefined;
    const found = known ?? id ?? this.next;
    const holder = this.taken.get(found);
    if (holder !== undefined && holder !== content) {
      throw new TokenizerError(
        `${file}: the added token ${JSON.stringify(content)} has the id ${found}, which is that of ${JSON.stringify(holder)}.`,
      );
    }
    this.take(content, found);
    return found;
  }

  private take(content: string, id: number): void {
    this.taken.set(id, content);
    this.next = Math.max(this.next, id + 1);
  }
}
