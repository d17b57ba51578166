import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AutoModelForSequenceClassification } from "../lib/src/models/auto";
import { globalNorm } from "../lib/src/ops/global-norm";
import { startEngine } from "./engine";
import { readOptions } from "./options";
import { makeModel, WORKLOAD } from "./workload";

/** `bench load`: seconds and memory to load a model's folder; without `--model` that of a BERT-base with random weights. */
export async function loadBenchmark(args: string[]): Promise<object> {
  const options = readOptions(args, { model: "", engine: "" });
  const engine = await startEngine(options.engine, "fp32");
  const temporary = options.model ? undefined : await temporaryModel();
  try {
    const folder = temporary?.folder ?? options.model;
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const model = await AutoModelForSequenceClassification.fromPretrained(folder);
    // Mapped weights are read at their first use: this reads them, as training or inference would.
    await globalNorm([...model.namedParameters()].map(([, { value }]) => value));
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
    temporary?.remove();
  }
}

/** The folder of a BERT-base with random weights. */
export async function temporaryModel(): Promise<{ folder: string; remove: () => void }> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-load-"));
  const model = makeModel(WORKLOAD);
  await model.savePretrained(folder);
  model.dispose();
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
