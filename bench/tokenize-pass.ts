/**
 * One run of `bench tokenize`, in a process of its own: loads the sentences, maps the tokenizer over them, and prints its
 * figures as JSON. Arguments: the TSV file and the tokenizer's folder. `HF_DATASETS_CACHE` says where results are kept.
 */
import { loadDataset } from "../lib/src/datasets/load-dataset";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";

/** What a run prints; seconds. */
export interface PassFigures {
  sentences: number;
  tokens: number;
  tokenizer_s: number;
  load_s: number;
  map_s: number;
  /** How many the function was given. */
  tokenized: number;
  peak_rss_mb: number;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

async function pass(file: string, folder: string): Promise<PassFigures> {
  const [tokenizer, tokenizer_s] = await timed(() => AutoTokenizer.fromPretrained(folder));
  const [dataset, load_s] = await timed(() =>
    loadDataset<{ sentence: string; label: number }>("tsv", { dataFiles: file, split: "train" }),
  );
  let tokenized = 0;
  const [mapped, map_s] = await timed(() =>
    dataset.map(
      (batch) => {
        tokenized += batch.sentence.length;
        return tokenizer(batch.sentence, { truncation: true });
      },
      { batched: true, cacheDependencies: [tokenizer] },
    ),
  );
  let tokens = 0;
  for (const { input_ids } of mapped) tokens += input_ids.length;
  const peak_rss_mb = Math.round(process.resourceUsage().maxRSS / 1024);
  return { sentences: mapped.length, tokens, tokenizer_s, load_s, map_s, tokenized, peak_rss_mb };
}

void pass(process.argv[2]!, process.argv[3]!).then((figures) => console.log(JSON.stringify(figures)));
