import type { HubOptions } from "../hub/settings";
import { BertTokenizer } from "./bert-tokenizer";
import type { PreTrainedTokenizer } from "./pretrained-tokenizer";

/**
 * Loads the tokenizer that a checkpoint comes with.
 *
 * @example
 * const tokenizer = await AutoTokenizer.fromPretrained("bert-base-uncased");
 * tokenizer("A fine film.").input_ids; // [101, 1037, 2986, 2143, 1012, 102]
 */
export const AutoTokenizer = {
  /**
   * @param nameOrDir a model directory, the name of an embedded checkpoint, or of a model on the Hub
   * @param options   revision, token, cache of the Hub
   * @throws TokenizerError if its tokenizer is not WordPiece; CheckpointError, HubError if there is no such checkpoint
   */
  fromPretrained(nameOrDir: string, options: HubOptions = {}): Promise<PreTrainedTokenizer> {
    return BertTokenizer.fromPretrained(nameOrDir, options);
  },
};
