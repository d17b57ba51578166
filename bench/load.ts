import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AutoModelForSequenceClassification } from "../lib/src/models/auto";
import { startEngine } from "./engine";
import { readOptions } from "./options";
import { makeModel, WORKLOAD } from "./workload";

/** `bench load`: seconds and memory to load a model's folder; without `--model` that of a BERT-base with random weights. */
export async function loadBenchmark(args: string[]): Promise<object> {
  const options = readOptions(args, { model: "", engine: "" });
  const engine = await startEngine(options.engine, "fp32");
  const temporary = options.model ? undefined : mkdtempSync(path.join(tmpdir(), "bench-load-"));
  try {
    const folder = options.model || temporary!;
    if (!existsSync(path.join(folder, "config.json"))) {
      const model = makeModel(WORKLOAD);
      await model.savePretrained(folder);
      model.dispose();
    }
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const model = await AutoModelForSequenceClassification.fromPretrained(folder);
    const seconds = (performance.now() - start) / 1000;
    const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
    return {
      engine,
      parameters: model.numParameters(),
      seconds,
      rss_before_mb: mb(before),
      rss_after_mb: mb(process.memoryUsage.rss()),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    if (temporary) rmSync(temporary, { recursive: true });
  }
}
