import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { resolveCheckpoint } from "../lib/src/checkpoints/resolve";
import { loadDataset } from "../lib/src/datasets/load-dataset";
import type { SentenceRow } from "../lib/src/datasets/rows";
import { pipeline } from "../lib/src/inference/pipeline";
import { AutoConfig, AutoModelForSequenceClassification } from "../lib/src/models/auto";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { startEngine } from "./engine";
import { readOptions } from "./options";

const DEFAULTS = { texts: 1_000_000, checkpoint: "bert-tiny-reviews", precision: "fp32", engine: "" };

/** Parts of the run between two looks at the memory. */
const LOOKS = 20;

/**
 * `bench stream`: a classification pipeline over the lines of a file. Texts a second; whether memory stays flat and the order is
 * kept; and how long it goes on after an abort.
 */
export async function streamBenchmark(args: string[]): Promise<object> {
  const { texts, checkpoint, precision, engine } = readOptions(args, DEFAULTS);
  const name = await startEngine(engine, precision);
  const folder = await resolveCheckpoint(checkpoint);
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const model = await AutoModelForSequenceClassification.fromConfig(await AutoConfig.fromPretrained(folder), {
    seed: 1,
  });
  const classify = pipeline("text-classification", { model, tokenizer });
  const place = mkdtempSync(path.join(tmpdir(), "finetune-stream-"));
  try {
    const file = path.join(place, "texts.txt");
    const sentences = await writeTexts(file, texts);
    const lines = () => createInterface({ input: createReadStream(file) });
    // The first round of sentences tells what each line has to be answered.
    const expected = await classify(sentences);
    await classify.warmUp();
    const memory: number[] = [];
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let row = 0;
    let disordered = 0;
    const start = performance.now();
    for await (const [best] of classify.stream(lines())) {
      const { label, score } = expected[row % sentences.length]!;
      if (best!.label !== label && Math.abs(score - 0.5) > 1e-4) disordered += 1;
      row += 1;
      if (row % Math.ceil(texts / LOOKS) === 0) {
        // What is garbage already is none of the pipeline's.
        collect();
        memory.push(process.memoryUsage().rss / 2 ** 20);
      }
    }
    const seconds = (performance.now() - start) / 1000;
    return {
      ...{ engine: name, precision, checkpoint, texts: row, seconds, per_second: row / seconds, disordered },
      rss_mb: memory.map(Math.round),
      growth_mb: Math.round(Math.max(...memory.slice(LOOKS / 2)) - Math.max(...memory.slice(0, LOOKS / 2))),
      abort_ms: await timeOfAbort((signal) => classify.stream(lines(), { signal })),
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** The embedded sentences again and again, one a line. @returns the sentences of one round */
async function writeTexts(file: string, count: number): Promise<string[]> {
  const reviews = await loadDataset<SentenceRow>("reviews", { split: "train" });
  const sentences = [...reviews.column("sentence")];
  const out = createWriteStream(file);
  for (let row = 0; row < count; row++) {
    if (!out.write(`${sentences[row % sentences.length]}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return sentences;
}

/** Milliseconds from an abort to the end of the stream. */
async function timeOfAbort(stream: (signal: AbortSignal) => AsyncIterable<unknown>): Promise<number> {
  const controller = new AbortController();
  let aborted = 0;
  setTimeout(() => {
    aborted = performance.now();
    controller.abort();
  }, 500);
  try {
    for await (const answer of stream(controller.signal)) void answer;
  } catch {
    return performance.now() - aborted;
  }
  return NaN;
}
