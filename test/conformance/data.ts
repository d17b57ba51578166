import { existsSync } from "../../lib/src/platform/files";
import path from "../../lib/src/platform/path";
import type { Dataset } from "../../lib/src/index";
import { AutoTokenizer, loadDataset, type PreTrainedTokenizer } from "../../lib/src/index";

/** The folder with SST-2 and the tokenizer that the traces were made with. */
export class ReferenceData {
  private tokenizers = new Map<string, Promise<PreTrainedTokenizer>>();

  constructor(private readonly directory: string) {}

  /** Why it cannot be used, or undefined if it can. */
  lacks(tokenizer = "bert-base-uncased"): string | undefined {
    const missing = [tokenizer, "sst2"].find((name) => !existsSync(path.join(this.directory, name)));
    return missing && `${path.join(this.directory, missing)} is not there; --data names the folder`;
  }

  tokenizer(name = "bert-base-uncased"): Promise<PreTrainedTokenizer> {
    let tokenizer = this.tokenizers.get(name);
    if (!tokenizer) {
      tokenizer = AutoTokenizer.fromPretrained(path.join(this.directory, name));
      this.tokenizers.set(name, tokenizer);
    }
    return tokenizer;
  }

  /** The first rows of a split, tokenized, labels taken modulo the number of classes. */
  async rows(
    split: "train" | "validation",
    count: number,
    classes: number,
    tokenizerName?: string,
  ): Promise<Dataset> {
    const tokenizer = await this.tokenizer(tokenizerName);
    const all = await loadDataset(path.join(this.directory, "sst2"), { split });
    return all.slice(0, Math.min(count, all.length)).map(
      ({ sentence, label }) => ({
        ...tokenizer(sentence, { truncation: true, maxLength: 512 }),
        label: label.map((value) => value % classes),
      }),
      { batched: true },
    );
  }
}
