import { BertTokenizer } from "./bert-tokenizer";
import type { PreTrainedTokenizer } from "./pretrained-tokenizer";

/** Loads the tokenizer that a checkpoint comes with. */
export const AutoTokenizer = {
  /**
   * @param nameOrDir a model directory, or the name of an embedded checkpoint
   * @throws TokenizerError if its tokenizer is not WordPiece; CheckpointError if there is no such checkpoint
   */
  fromPretrained(nameOrDir: string): Promise<PreTrainedTokenizer> {
    return BertTokenizer.fromPretrained(nameOrDir);
  },
};
