import { TokenizerError } from "../errors";
import type { ConfiguredToken } from "./configured-tokens";
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

/** Which token plays which role: tokenizer_config.json says, else BERT's names. */
export function specialTokensOf(config: TokenizerConfig, unknown: string): SpecialTokens {
  const tokens = { ...BERT_SPECIAL_TOKENS, unk_token: unknown };
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
  const tokens = new TokenIds(json);
  for (const token of configured) {
    if (added.has(token.content)) continue;
    added.set(token.content, { ...token, id: tokens.idFor(token, file) });
  }
  for (const role of ROLES) {
    const content = special[role];
    if (added.has(content)) continue;
    const id = Object.hasOwn(json.model.vocab, content) ? json.model.vocab[content] : undefined;
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
  private readonly vocab: Readonly<Record<string, number>>;
  private readonly taken = new Map<number, string>();
  private next = 0;

  constructor({ model, added_tokens }: TokenizerJson) {
    this.vocab = model.vocab;
    for (const [content, id] of Object.entries(model.vocab)) this.take(content, id);
    for (const { content, id } of added_tokens) this.take(content, id);
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
