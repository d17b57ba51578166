import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { readOptions, UsageError } from "./options";
import { WORKLOAD } from "./workload";

export const TOKENIZE = { train: WORKLOAD.train, tokenizer: WORKLOAD.tokenizer };

/** `bench tokenize`: seconds for every sentence of the training split. */
export async function tokenizeBenchmark(args: string[]): Promise<object> {
  const { train, tokenizer } = readOptions(args, TOKENIZE);
  if (!existsSync(train)) throw new UsageError(`There is no file ${train}; give --train.`);
  const lines = readFileSync(train, "utf8").trimEnd().split("\n").slice(1);
  const sentences = lines.map((line) => line.split("\t")[0]!);
  const tokenize = await AutoTokenizer.fromPretrained(path.dirname(tokenizer));
  const start = performance.now();
  const { input_ids } = tokenize(sentences, { truncation: true });
  const seconds = (performance.now() - start) / 1000;
  const tokens = input_ids.reduce((sum, ids) => sum + ids.length, 0);
  return { sentences: sentences.length, tokens, seconds };
}
