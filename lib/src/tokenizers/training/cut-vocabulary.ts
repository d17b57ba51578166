import { TokenizerError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { PreTrainedTokenizer } from "../pretrained-tokenizer";

export interface CutVocabularyOptions {
  /** Tokens that stay at most. Default: all that the texts use. */
  size?: number;
}

export interface CutVocabulary {
  tokenizer: PreTrainedTokenizer;
  /** Of each token that stays, by its new id, the old id: for `keepTokens(model, keptIds)`. */
  keptIds: Int32Array;
}

/**
 * Cuts a vocabulary down to what a corpus uses: the special tokens, single characters (so that any word can still be
 * spelt), and of the others the most frequent. The order of the tokens stays.
 *
 * @example
 * const { tokenizer: small, keptIds } = cutVocabulary(tokenizer, texts, { size: 10_000 });
 * const smallModel = await keepTokens(model, keptIds);
 *
 * @throws TokenizerError if the special tokens and characters alone are more than `size`
 */
export function cutVocabulary(
  tokenizer: PreTrainedTokenizer,
  texts: Iterable<string>,
  options: CutVocabularyOptions = {},
): CutVocabulary {
  refuseUnknownOptions("cutVocabulary", options, ["size"]);
  const { size = Infinity } = options;
  const counts = new Map<number, number>();
  for (const text of texts) {
    for (const id of tokenizer.encode(text, { addSpecialTokens: false }))
      counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const kept = new Set(tokenizer.allSpecialIds);
  for (const [token, id] of tokenizer.getVocab()) if (isEverydayCharacter(token)) kept.add(id);
  const characters = [...counts.keys()].filter((id) => isCharacter(tokenizer.convertIdsToTokens(id)));
  for (const id of characters) kept.add(id);
  if (kept.size > size) {
    throw new TokenizerError(
      `cutVocabulary: size is ${size}, but the special tokens and single characters alone are ${kept.size}.`,
    );
  }
  const byFrequency = [...counts].sort(([a, times], [b, others]) => others - times || a - b);
  for (const [id] of byFrequency) {
    if (kept.size >= size) break;
    kept.add(id);
  }
  const keptIds = Int32Array.from(kept).sort();
  return { tokenizer: tokenizer.keepTokens(keptIds), keptIds };
}

const pieceOf = (token: string) => (token.startsWith("##") && token.length > 2 ? token.slice(2) : token);

const isCharacter = (token: string) => [...pieceOf(token)].length === 1;

/** What English text may hold at any time, whether the corpus has it or not. */
const isEverydayCharacter = (token: string) => /^[!-~]$/.test(pieceOf(token));
