import { TokenizerError } from "../errors";
import type { TokenizerConfig } from "./tokenizer-config";
import { isTokenId } from "./models/configuration";
import type { AddedTokenConfig } from "./tokenizer-json";

/** A token that a file beside tokenizer.json names; without an id it gets the next one. */
export type ConfiguredToken = Omit<AddedTokenConfig, "id"> & { id: number | undefined };

function checkedId(id: unknown, content: string, file: string): number {
  if (isTokenId(id)) return id;
  throw new TokenizerError(
    `${file}: the added token ${JSON.stringify(content)} has the id ${JSON.stringify(id)}; ids are integers from 0.`,
  );
}

/** A token given by its text, or by an object with flags. */
function configuredToken(value: unknown, key: string, file: string, special: boolean): ConfiguredToken {
  const given = typeof value === "string" ? { content: value } : (value as Record<string, unknown> | null);
  if (typeof given?.content !== "string" || given.content === "") {
    throw new TokenizerError(`${file}: ${key} holds ${JSON.stringify(value)}, which is no token.`);
  }
  const isSpecial = Boolean("special" in given ? given.special : special);
  return {
    id: undefined,
    content: given.content,
    single_word: Boolean("single_word" in given && given.single_word),
    lstrip: Boolean("lstrip" in given && given.lstrip),
    rstrip: Boolean("rstrip" in given && given.rstrip),
    normalized: Boolean("normalized" in given ? given.normalized : !isSpecial),
    special: isSpecial,
  };
}

function entriesOf(value: unknown, key: string, file: string): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  throw new TokenizerError(`${file}: ${key} is no object of tokens.`);
}

/**
 * The special tokens that have no role of their own: `additional_special_tokens`, which transformers 5 calls
 * `extra_special_tokens`.
 */
export function additionalSpecialTokens(config: TokenizerConfig, file: string): ConfiguredToken[] {
  return ["additional_special_tokens", "extra_special_tokens"].flatMap((key) => {
    const value = config[key];
    const list = Array.isArray(value)
      ? (value as unknown[])
      : entriesOf(value, key, file).map(([, each]) => each);
    return list.map((each) => configuredToken(each, key, file, true));
  });
}

/**
 * The tokens that tokenizer_config.json (`added_tokens_decoder`, additional special tokens) and added_tokens.json name.
 *
 * @param addedTokens the content of added_tokens.json: ids by token
 * @param isSpecial   whether a token plays a role, such as `[MASK]`
 * @throws TokenizerError for something that is no token, or has no id
 * @see transformers.PreTrainedTokenizerBase.added_tokens_decoder
 */
export function configuredTokens(
  config: TokenizerConfig,
  addedTokens: Readonly<Record<string, unknown>>,
  isSpecial: (content: string) => boolean,
  file: string,
): ConfiguredToken[] {
  const decoder = "added_tokens_decoder";
  const decoded = entriesOf(config[decoder], decoder, file).map(([id, value]) => {
    const token = configuredToken(value, decoder, file, false);
    return { ...token, id: checkedId(/^\d+$/.test(id) ? Number(id) : id, token.content, file) };
  });
  const listed = Object.entries(addedTokens).map(([content, id]) => {
    const special = isSpecial(content);
    const token = { single_word: false, lstrip: false, rstrip: false, normalized: !special, special };
    return { ...token, content, id: checkedId(id, content, file) };
  });
  const known = new Map<string, ConfiguredToken>();
  for (const token of [...decoded, ...listed, ...additionalSpecialTokens(config, file)]) {
    if (!known.has(token.content)) known.set(token.content, token);
  }
  return [...known.values()];
}
