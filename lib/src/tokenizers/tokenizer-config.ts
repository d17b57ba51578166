/** A special token in tokenizer_config.json: its text, or an object with its text. */
export type TokenEntry = string | { content: string } | null;

/** tokenizer_config.json, as far as it is read here; other keys are kept and written back. */
export interface TokenizerConfig {
  tokenizer_class?: string;
  model_max_length?: number;
  model_input_names?: string[];
  padding_side?: "left" | "right";
  truncation_side?: "left" | "right";
  clean_up_tokenization_spaces?: boolean;
  do_lower_case?: boolean;
  strip_accents?: boolean | null;
  tokenize_chinese_chars?: boolean;
  unk_token?: TokenEntry;
  sep_token?: TokenEntry;
  pad_token?: TokenEntry;
  cls_token?: TokenEntry;
  mask_token?: TokenEntry;
  [key: string]: unknown;
}

/** `modelMaxLength` of a tokenizer whose files name no limit; transformers' VERY_LARGE_INTEGER. */
export const VERY_LARGE_LENGTH = 1e30;

/** Tokenizers of models that do not tell the texts of a pair apart. @see transformers, model_input_names of each class */
const WITHOUT_TOKEN_TYPES = ["Roberta", "XLMRoberta", "Camembert", "DistilBert", "MPNet"];

/** The columns that a tokenizer class gives. */
export function inputNamesOf(tokenizerClass = ""): readonly string[] {
  const family = tokenizerClass.replace(/Tokenizer(Fast)?$/, "");
  return WITHOUT_TOKEN_TYPES.includes(family)
    ? ["input_ids", "attention_mask"]
    : ["input_ids", "token_type_ids", "attention_mask"];
}
