import { resolveCheckpoint } from "../checkpoints/resolve";
import { TokenizerError } from "../errors";
import { HUB_OPTIONS, type HubOptions } from "../hub/settings";
import { refuseUnknownOptions } from "../known-options";
import { BertTokenizer } from "./bert-tokenizer";
import { PreTrainedTokenizer } from "./pretrained-tokenizer";
import { readTokenizerFiles } from "./tokenizer-files";

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
   * @throws TokenizerError if its tokenizer is of a kind that is not supported; CheckpointError, HubError if there is no
   *   such checkpoint
   */
  async fromPretrained(nameOrDir: string, options: HubOptions = {}): Promise<PreTrainedTokenizer> {
    refuseUnknownOptions("fromPretrained", options, HUB_OPTIONS, TokenizerError);
    const directory = await resolveCheckpoint(nameOrDir, ["tokenizer"], options);
    const files = await readTokenizerFiles(directory);
    const Class = files.json.model.type === "WordPiece" ? BertTokenizer : PreTrainedTokenizer;
    return new Class(files, nameOrDir);
  },
};
