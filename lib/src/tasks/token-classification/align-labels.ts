import { DatasetError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import { IGNORED_LABEL } from "../../ops/cross-entropy";
import type { TokenizerOptions } from "../../tokenizers/encoding-types";
import type { PreTrainedTokenizer } from "../../tokenizers/pretrained-tokenizer";
import { NONE } from "../../tokenizers/row";

export interface AlignLabelsOptions {
  /** Whether all pieces of a word have its label, or only the first one, the others being left out of loss and figures. Default false. */
  labelAllTokens?: boolean;
}

/** Sentences that are split into words, and the labels of these. */
export interface LabelledWords {
  words: readonly (readonly string[])[];
  /** A number for each word. */
  labels: readonly ArrayLike<number>[];
}

/** Columns for a token classifier. */
export type TokensWithLabels = {
  input_ids: number[][];
  token_type_ids?: number[][];
  attention_mask: number[][];
  /** -100 at special tokens, and at the pieces of a word behind the first one. */
  labels: number[][];
};

/**
 * Tokenizes sentences that are split into words, and gives each token the label of its word.
 *
 * @param options  of the tokenizer; and whether all pieces of a word have its label
 * @throws DatasetError that names the row whose words and labels are not the same in number
 * @see the function of this name in transformers' run_ner.py
 * @example
 * const words = [["Jane", "Austen", "wrote", "it"]];
 * const { input_ids, labels } = tokenizeAndAlignLabels(tokenizer, { words, labels: [[1, 2, 0, 0]] }, { truncation: true });
 */
export function tokenizeAndAlignLabels(
  tokenizer: PreTrainedTokenizer,
  given: LabelledWords,
  options: AlignLabelsOptions & Pick<TokenizerOptions, "truncation" | "maxLength"> = {},
): TokensWithLabels {
  refuseUnknownOptions("tokenizeAndAlignLabels", given, ["words", "labels"], DatasetError);
  refuseUnknownOptions(
    "tokenizeAndAlignLabels",
    options,
    ["labelAllTokens", "truncation", "maxLength"],
    DatasetError,
  );
  const { words, labels } = given;
  const { labelAllTokens = false, ...truncation } = options;
  if (words.length !== labels.length) {
    throw new DatasetError(`There are ${words.length} lists of words and ${labels.length} of labels.`);
  }
  const other = words.findIndex((each, i) => each.length !== labels[i]?.length);
  if (other >= 0) {
    throw new DatasetError(
      `Row ${other}: ${words[other]!.length} words and ${labels[other]?.length ?? "no"} labels; each word needs one.`,
    );
  }
  const asked = { ...truncation, isSplitIntoWords: true, returnWordIds: true } as const;
  const { word_ids, ...columns } = tokenizer(words, asked);
  return {
    ...columns,
    labels: word_ids.map((row, i) => labelsOfTokens(row, labels[i]!, labelAllTokens)),
  };
}

function labelsOfTokens(
  wordIds: readonly number[],
  labels: ArrayLike<number>,
  labelAllTokens: boolean,
): number[] {
  return wordIds.map((word, i) => {
    const isLater = wordIds[i - 1] === word;
    return word === NONE || (isLater && !labelAllTokens) ? IGNORED_LABEL : labels[word]!;
  });
}
