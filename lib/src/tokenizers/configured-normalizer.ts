import type { TokenizerConfig } from "./tokenizer-config";
import type { TypedPart } from "./tokenizer-json";

/** Tokenizer classes of transformers that take tokenizer.json as it is, whatever tokenizer_config.json says. */
const GENERIC_CLASSES = ["PreTrainedTokenizerFast", "TokenizersBackend"];

/** The normaliser as tokenizer_config.json wants it, whose word counts (as in transformers) above tokenizer.json's. */
export function configuredNormalizer(
  normalizer: TypedPart | null,
  config: TokenizerConfig,
): TypedPart | null {
  const generic = GENERIC_CLASSES.includes(config.tokenizer_class ?? "BertTokenizer");
  if (generic || normalizer?.type !== "BertNormalizer") return normalizer;
  return {
    ...normalizer,
    ...(config.do_lower_case !== undefined && { lowercase: config.do_lower_case }),
    ...(config.strip_accents !== undefined && { strip_accents: config.strip_accents }),
    ...(config.tokenize_chinese_chars !== undefined && {
      handle_chinese_chars: config.tokenize_chinese_chars,
    }),
  };
}
