import { DatasetError } from "../../errors";
import type { TokenizerOptions } from "../../tokenizers/encoding-types";
import type { PreTrainedTokenizer } from "../../tokenizers/pretrained-tokenizer";

/** A text of a group, or a pair that is read together: a question with one of its choices. */
export type GroupedText = string | readonly [text: string, textPair: string];

/** Columns with several texts a row. */
export type TokenizedGroups = {
  input_ids: number[][][];
  token_type_ids?: number[][][];
  attention_mask: number[][][];
};

/**
 * Tokenizes rows that hold several texts each.
 *
 * @param groups  the texts of each row: all strings, or all pairs
 * @throws DatasetError that names the row without texts
 * @example
 * // What goes on with what: a beginning with each ending.
 * tokenizeGroups(tokenizer, [[["It rains.", "Take an umbrella."], ["It rains.", "Take off your coat."]]], { truncation: true });
 * // Sentences that mean the same.
 * tokenizeGroups(tokenizer, [["How old are you?", "What is your age?"]]);
 */
export function tokenizeGroups(
  tokenizer: PreTrainedTokenizer,
  groups: readonly (readonly GroupedText[])[],
  options: Pick<TokenizerOptions, "truncation" | "maxLength"> = {},
): TokenizedGroups {
  const empty = groups.findIndex(({ length }) => length === 0);
  if (empty >= 0) throw new DatasetError(`Row ${empty} has no texts.`);
  const flat = groups.flat();
  const isPair = (text: GroupedText): text is readonly [string, string] => typeof text !== "string";
  const pairs = flat.filter(isPair);
  if (pairs.length > 0 && pairs.length < flat.length) {
    throw new DatasetError("Some texts are pairs and others are not; all have to be of one kind.");
  }
  const isPairs = pairs.length > 0;
  const texts = isPairs ? pairs.map(([text]) => text) : (flat as string[]);
  const textPair = isPairs ? pairs.map(([, pair]) => pair) : undefined;
  const encoded = tokenizer(texts, { ...options, textPair });
  const regrouped = (rows: number[][]): number[][][] => {
    let at = 0;
    return groups.map(({ length }) => rows.slice(at, (at += length)));
  };
  const { input_ids, token_type_ids, attention_mask } = encoded as typeof encoded & {
    token_type_ids?: number[][];
  };
  return {
    input_ids: regrouped(input_ids),
    ...(token_type_ids && { token_type_ids: regrouped(token_type_ids) }),
    attention_mask: regrouped(attention_mask),
  };
}
