import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { readOptions, UsageError } from "./options";
import type { PassFigures } from "./tokenize-pass";
import { WORKLOAD } from "./workload";

export const TOKENIZE = { train: WORKLOAD.train, tokenizer: WORKLOAD.tokenizer };

const run = promisify(execFile);

/**
 * `bench tokenize`: every sentence of the training split, loaded from its TSV file and tokenized with `map`. First with
 * an empty cache, then again in a new process, which finds the result there.
 */
export async function tokenizeBenchmark(args: string[]): Promise<object> {
  const { train, tokenizer } = readOptions(args, TOKENIZE);
  for (const file of [train, tokenizer]) {
    if (!existsSync(file)) throw new UsageError(`There is no file ${file}; give --train and --tokenizer.`);
  }
  const cache = mkdtempSync(path.join(tmpdir(), "bench-tokenize-"));
  try {
    const first = await pass(train, path.dirname(tokenizer), cache);
    const cached = await pass(train, path.dirname(tokenizer), cache);
    if (first.tokenized < first.sentences || cached.tokenized >= cached.sentences)
      throw new Error(`${first.tokenized} sentences were tokenized first, then ${cached.tokenized}.`);
    const { sentences, tokens } = cached;
    if (sentences !== first.sentences || tokens !== first.tokens)
      throw new Error("The two runs disagree on the tokens.");
    return { sentences, tokens, ...named("first", first), ...named("cached", cached) };
  } finally {
    rmSync(cache, { recursive: true });
  }
}

async function pass(train: string, tokenizer: string, cache: string): Promise<PassFigures> {
  const program = [...process.execArgv, path.join(__dirname, "tokenize-pass.ts"), train, tokenizer];
  const env = { ...process.env, HF_DATASETS_CACHE: cache };
  return JSON.parse((await run(process.execPath, program, { env })).stdout) as PassFigures;
}

/** The figures of a run under names of its own; `first_s` is all of it but the start of the process. */
function named(name: string, { tokenizer_s, load_s, map_s, tokenized, peak_rss_mb }: PassFigures): object {
  return {
    [`${name}_tokenizer_s`]: tokenizer_s,
    [`${name}_load_s`]: load_s,
    [`${name}_map_s`]: map_s,
    [`${name}_s`]: load_s + map_s,
    [`${name}_tokenized`]: tokenized,
    [`${name}_peak_rss_mb`]: peak_rss_mb,
  };
}
