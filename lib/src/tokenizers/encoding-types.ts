import type { Tensor2D } from "@tensorflow/tfjs-core";
import type { PaddingStrategy } from "./padding";
import type { Span } from "./piece";
import type { TruncationStrategy } from "./truncation";

/** Options of a call `tokenizer(text, options)`. */
export interface TokenizerOptions {
  /** A second text for each text: `[CLS] text [SEP] textPair [SEP]`. */
  textPair?: Texts | undefined;
  /** Each text is a list of its words, which are cut into tokens one by one. Default false. */
  isSplitIntoWords?: boolean | undefined;
  /** `[CLS]` and `[SEP]` around the texts. Default true. */
  addSpecialTokens?: boolean | undefined;
  /** Shorten to `maxLength`; true means "longest_first". Default false. */
  truncation?: boolean | TruncationStrategy | "do_not_truncate" | undefined;
  /** Tokens per text at most, special tokens included. Default: the tokenizer's `modelMaxLength`. */
  maxLength?: number | undefined;
  /**
   * What truncation cuts off becomes rows of their own, so that a text may have several; also `overflow_to_sample_mapping`, the
   * number of the text that each row is of. Of a pair, truncation has to be "only_first" or "only_second". Default false.
   */
  returnOverflowingTokens?: boolean | undefined;
  /** With it, how many tokens of a row the next one repeats. Default 0. */
  stride?: number | undefined;
  /** Fill up with `[PAD]`: true or "longest" to the longest text given, "max_length" to `maxLength`. Default false. */
  padding?: boolean | PaddingStrategy | undefined;
  /** Round the padded length up to a multiple of this. */
  padToMultipleOf?: number | undefined;
  /** "tf": int32 tensors [texts, length] instead of arrays; one text gives [1, length]. */
  returnTensors?: "tf" | undefined;
  /** Default true, if the model takes token types. */
  returnTokenTypeIds?: boolean | undefined;
  /** Default true. */
  returnAttentionMask?: boolean | undefined;
  /** Also `word_ids`: which word of its text each token is part of, counted from 0; -1 for none. Default false. */
  returnWordIds?: boolean | undefined;
  /** Also `sequence_ids`: which text of its pair each token is part of, 0 or 1; -1 for none. Default false. */
  returnSequenceIds?: boolean | undefined;
  /**
   * Also `offset_mapping`: where in its text (or, split into words, in its word) each token begins and ends, such that
   * `text.slice(start, end)` shows it; [0, 0] for special tokens and padding. "codePoints" counts as Python does, where a
   * character beyond U+FFFF is one and not two. Always arrays. Default false.
   */
  returnOffsetsMapping?: boolean | "codePoints" | undefined;
}

/** One text, a list of texts, or, with `isSplitIntoWords`, a list of words or of such lists. */
export type Texts = string | readonly string[] | readonly (readonly string[])[];

/** The names of {@link TokenizerOptions}. */
export const CALL_OPTIONS: readonly (keyof TokenizerOptions)[] = [
  "textPair",
  "addSpecialTokens",
  "truncation",
  "maxLength",
  "padding",
  "padToMultipleOf",
  "returnTensors",
  "returnTokenTypeIds",
  "returnAttentionMask",
  "returnWordIds",
  "returnSequenceIds",
  "returnOffsetsMapping",
  "returnOverflowingTokens",
  "stride",
  "isSplitIntoWords",
];

/** What a model takes: each column in one form (arrays, or tensors). */
export interface BatchEncoding<Column> {
  /** Ids of the tokens. */
  input_ids: Column;
  /** 0 for the first text and what frames it, 1 for the second. Not there if the model takes none (RoBERTa and others). */
  token_type_ids: Column;
  /** 1 for a token, 0 for padding. */
  attention_mask: Column;
  /** The number of the word in its text, -1 for special tokens and padding; with `returnWordIds` only. */
  word_ids?: Column;
  /** The number of the text in its pair, -1 for special tokens and padding; with `returnSequenceIds` only. */
  sequence_ids?: Column;
  /** Where in its text each token begins and ends; with `returnOffsetsMapping` only. */
  offset_mapping?: Span[] | Span[][];
  /** The number of the text that each row is of; with `returnOverflowingTokens` only. */
  overflow_to_sample_mapping?: number[];
}

/** A list for one text, a list of lists for several rows. */
type RowsOf<Text, Options, Item> = Options extends { returnOverflowingTokens: true }
  ? Item[][]
  : Text extends string
    ? Item[]
    : Options extends { isSplitIntoWords: true }
      ? Text extends readonly string[]
        ? Item[]
        : Item[][]
      : Item[][];

type ColumnOf<Text, Options> = Options extends { returnTensors: "tf" }
  ? Tensor2D
  : RowsOf<Text, Options, number>;

type LeftOut<Options> =
  | (Options extends { returnTokenTypeIds: false } ? "token_type_ids" : never)
  | (Options extends { returnAttentionMask: false } ? "attention_mask" : never);

/** The columns that come only if they are asked for. */
type Added<Text, Options> = (Options extends { returnWordIds: true }
  ? { word_ids: ColumnOf<Text, Options> }
  : unknown) &
  (Options extends { returnSequenceIds: true } ? { sequence_ids: ColumnOf<Text, Options> } : unknown) &
  (Options extends { returnOffsetsMapping: true | "codePoints" }
    ? { offset_mapping: RowsOf<Text, Options, Span> }
    : unknown) &
  (Options extends { returnOverflowingTokens: true } ? { overflow_to_sample_mapping: number[] } : unknown);

/** What a call gives: number[] for one text, number[][] for a list, tensors if asked for. */
export type Encoded<Text, Options> = Omit<
  BatchEncoding<ColumnOf<Text, Options>>,
  LeftOut<Options> | "word_ids" | "sequence_ids" | "offset_mapping" | "overflow_to_sample_mapping"
> &
  Added<Text, Options>;

/** Rows or columns of ids, as `pad` takes them. */
export interface PaddableRow {
  input_ids: ArrayLike<number>;
  token_type_ids?: ArrayLike<number>;
  attention_mask?: ArrayLike<number>;
}
export interface PaddableColumns {
  input_ids: readonly ArrayLike<number>[];
  token_type_ids?: readonly ArrayLike<number>[];
  attention_mask?: readonly ArrayLike<number>[];
  word_ids?: readonly ArrayLike<number>[];
  sequence_ids?: readonly ArrayLike<number>[];
  offset_mapping?: readonly (readonly Span[])[];
}

/** Options of `tokenizer.pad`. */
export interface PadOptions {
  /** Default true: to the longest row. */
  padding?: boolean | PaddingStrategy | undefined;
  /** Width for "max_length". Default: the tokenizer's `modelMaxLength`. */
  maxLength?: number | undefined;
  padToMultipleOf?: number | undefined;
  returnTensors?: "tf" | undefined;
}

/** The names of {@link PadOptions}. */
export const PAD_OPTIONS: readonly (keyof PadOptions)[] = [
  "padding",
  "maxLength",
  "padToMultipleOf",
  "returnTensors",
];

/** Options of `tokenizer.decode`. */
export interface DecodeOptions {
  /** Leave `[CLS]`, `[SEP]`, `[PAD]` … out. Default false. */
  skipSpecialTokens?: boolean | undefined;
  /** Also join contractions (`don ' t`) and leave out spaces before punctuation. Default: tokenizer_config.json, else false. */
  cleanUpTokenizationSpaces?: boolean | undefined;
}
