import type { ClassificationRow } from "../../datasets/classification";
import type { DatasetDict } from "../../datasets/dataset-dict";
import { AutoTokenizer } from "../../tokenizers/auto-tokenizer";

type Tokenized = Awaited<ReturnType<typeof tokenize>>;

/** Sentences as a model takes them, made once for all settings that leave them as they are. */
export class TokenizedSentences {
  private last: { key: readonly unknown[]; tokenized: Tokenized } | undefined;

  /**
   * @param checkpoint  the pretrained model
   * @param maxLength   in tokens
   */
  async of(
    datasets: DatasetDict<ClassificationRow>,
    checkpoint: { folder: string },
    maxLength: number,
  ): Promise<Tokenized> {
    const key = [datasets, checkpoint, maxLength];
    if (!this.last || key.some((part, i) => part !== this.last!.key[i]))
      this.last = { key, tokenized: await tokenize(datasets, checkpoint.folder, maxLength) };
    return this.last.tokenized;
  }
}

async function tokenize(datasets: DatasetDict<ClassificationRow>, folder: string, maxLength: number) {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const rows = await datasets.map((row) => tokenizer(row.sentence, { truncation: true, maxLength }));
  const cut = [rows.train, rows.validation]
    .flatMap((split) => [...split.column("input_ids")])
    .filter((ids) => ids.length >= maxLength).length;
  return { tokenizer, rows, cut };
}
