import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { browserProgram } from "../test/browser";
import { serveFolders } from "../test/static-server";
import { SIMULATED_GPU } from "../test/studio/visit";
import { measureSteps } from "./browser/steps";
import { readOptions, UsageError } from "./options";
import { processor } from "./processor";

const ROOT = path.resolve(__dirname, "..");
const CHECKPOINT = path.join(ROOT, "data/bert-3x384");
/** Steps that make what all of them need. */
const WARM_UP = 2;

/**
 * `bench browser`: steps a second of fine-tuning the embedded BERT on 300 sentences, batches of 16, in Chromium (wasm and WebGPU) and in
 * Node.js (native and wasm), turn by turn.
 *
 * `--gpu real` leaves the graphics device to Chromium; by default a program plays one (SwiftShader), as on machines without any.
 */
export async function browserBenchmark(args: string[]): Promise<object> {
  const {
    steps,
    turns,
    gpu,
    "gpu-steps": gpuSteps,
  } = readOptions(args, {
    ...{ steps: 30, turns: 2, gpu: "simulated", "gpu-steps": 5 },
  });
  const program = browserProgram();
  if (program === undefined) throw new UsageError("bench browser: there is no Chromium here.");
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-bench-browser-"));
  const reviews = readFileSync(path.join(ROOT, "data/reviews/train.tsv"), "utf8").split("\n");
  const table = `${reviews.slice(0, 301).join("\n")}\n`;
  const sentences = path.join(folder, "sentences.tsv");
  writeFileSync(sentences, table);
  // By a variable: TypeScript knows no types of it.
  const bundler: string = "../scripts/bundle-browser.mjs";
  const { browserOptions } = (await import(bundler)) as { browserOptions: () => object };
  await build({
    ...browserOptions(),
    entryPoints: [path.join(__dirname, "browser/worker.ts")],
    outfile: path.join(folder, "worker.mjs"),
  });
  const server = await serveFolders(
    { bench: folder, checkpoint: CHECKPOINT, assets: path.join(ROOT, "lib/dist/web/assets") },
    { page: "<!doctype html><title>bench</title>" },
    { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
  );
  const inBrowser = async (engine: string, count: number): Promise<number[]> => {
    const flags = engine === "webgpu" && gpu !== "real" ? SIMULATED_GPU : [];
    const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", ...flags] });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.address}/page`);
      return await page.evaluate(
        ([engine, steps, sentences]) =>
          new Promise<number[]>((resolve, reject) => {
            const worker = new Worker("/bench/worker.mjs", { type: "module" });
            worker.onerror = ({ message }) => reject(new Error(message));
            worker.onmessage = ({ data }: MessageEvent<{ seconds: number[]; error?: string }>) =>
              data.error === undefined ? resolve(data.seconds) : reject(new Error(data.error));
            worker.postMessage({ engine, steps, sentences });
          }),
        [engine, count, table] as const,
      );
    } finally {
      await browser.close();
    }
  };
  // What is printed has to be JSON alone.
  console.info = console.error;
  const inNode = (engine: string) => measureSteps({ engine, checkpoint: CHECKPOINT, sentences, steps });
  const places: Record<string, () => Promise<number[]>> = {
    "node native": () => inNode("native"),
    "node wasm": () => inNode("wasm"),
    "chromium wasm": () => inBrowser("wasm", steps),
    [`chromium webgpu${gpu === "real" ? "" : " (simulated)"}`]: () =>
      inBrowser("webgpu", gpu === "real" ? steps : gpuSteps),
  };
  const all = new Map(Object.keys(places).map((name) => [name, [] as number[]]));
  try {
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, measure] of Object.entries(places))
        all.get(name)!.push(...(await measure()).slice(WARM_UP));
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const perSecond = (seconds: number[]) => 1 / seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]!;
  return {
    ...{ mode: "browser", batch: 16, processor: processor() },
    steps_per_s: Object.fromEntries(
      [...all].map(([name, seconds]) => [name, Number(perSecond(seconds).toPrecision(3))]),
    ),
  };
}
