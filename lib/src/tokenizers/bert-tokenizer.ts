import { PreTrainedTokenizer } from "./pretrained-tokenizer";
import { bertTokenizerJson } from "./vocabulary-files";
import { parseTokenizerJson } from "./tokenizer-json";
import type { TokenizerConfig } from "./tokenizer-config";

/**
 * BERT's tokenizer: cleaned, lower-cased (if the model is uncased) words, cut into pieces of a vocabulary.
 *
 * @example
 * const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "film"]);
 * tokenizer.tokenize("A film"); // ["a", "film"]
 */
export class BertTokenizer extends PreTrainedTokenizer {
  /**
   * A tokenizer from a vocabulary alone.
   *
   * @param vocab  tokens in the order of their ids, or tokens with their ids
   * @param config as in tokenizer_config.json, e.g. `{ do_lower_case: false, model_max_length: 512 }`
   */
  static fromVocab(
    vocab: readonly string[] | Record<string, number>,
    config: TokenizerConfig = {},
  ): BertTokenizer {
    const ids = Array.isArray(vocab)
      ? Object.fromEntries((vocab as readonly string[]).map((token, id) => [token, id]))
      : (vocab as Record<string, number>);
    const json = parseTokenizerJson(bertTokenizerJson(ids, config), "(vocabulary)");
    return new BertTokenizer({ json, config, file: "(vocabulary)" });
  }
}
