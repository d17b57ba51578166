import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { browserProgram, noBrowser } from "../browser";
import { serveFolders } from "../static-server";
import { SIMULATED_GPU } from "../studio/visit";
import { passes, type Check } from "./check";
import type { Question } from "./in-chromium.worker";

const ROOT = path.resolve(__dirname, "../..");
const FIXTURES = path.join(ROOT, "test/fixtures/conformance");
const ASSETS = path.join(ROOT, "lib/dist/web/assets");

const folders = [
  "tiny-bert",
  "tiny-bert-masked-lm",
  ...readdirSync(path.join(FIXTURES, "families")).map((name) => `families/${name}`),
].filter((name) => existsSync(path.join(FIXTURES, name, "forward.json")));

function filesOf(folder: string): string[] {
  return readdirSync(path.join(FIXTURES, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(path.join(FIXTURES, folder, name)).isFile())
    .map((name) => name.split(path.sep).join("/"));
}

const skip = existsSync(ASSETS) ? noBrowser : "run `npm run build` first";

describe("in Chromium the numbers are PyTorch's", { skip }, () => {
  const program = mkdtempSync(path.join(tmpdir(), "finetune-conformance-"));
  let server: Awaited<ReturnType<typeof serveFolders>>;
  before(async () => {
    const bundler: string = "../../scripts/bundle-browser.mjs";
    const { browserOptions } = (await import(bundler)) as { browserOptions: () => object };
    await build({
      ...browserOptions(),
      entryPoints: [path.join(__dirname, "in-chromium.worker.ts")],
      outfile: path.join(program, "worker.mjs"),
    });
    server = await serveFolders(
      { program, references: FIXTURES, assets: ASSETS },
      { page: "<!doctype html><title>conformance</title>" },
      { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
    );
  });
  after(async () => {
    await server?.close();
    rmSync(program, { recursive: true, force: true });
  });

  async function check(question: Question, flags: string[] = []): Promise<Map<string, Check[]>> {
    const browser = await chromium.launch({
      executablePath: browserProgram(),
      args: ["--no-sandbox", ...flags],
      handleSIGTERM: false,
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.address}/page`);
      const found = await page.evaluate(
        (question) =>
          new Promise<[string, Check[]][]>((resolve, reject) => {
            const all: [string, Check[]][] = [];
            const worker = new Worker("/program/worker.mjs", { type: "module" });
            worker.onerror = ({ message }) => reject(new Error(message));
            worker.onmessage = ({
              data,
            }: MessageEvent<{ folder?: string; checks?: Check[]; done?: boolean; error?: string }>) => {
              if (data.error !== undefined) reject(new Error(data.error));
              else if (data.done) resolve(all);
              else all.push([data.folder!, data.checks!]);
            };
            worker.postMessage(question);
          }),
        question,
      );
      return new Map(found);
    } finally {
      await browser.close();
    }
  }

  function judge(found: Map<string, Check[]>, wanted: readonly string[]): void {
    assert.deepEqual([...found.keys()], wanted);
    const failed = [...found].flatMap(([folder, checks]) => {
      assert.ok(checks.length > 3, `${folder}: ${checks.length} checks`);
      return checks
        .filter((each) => !passes(each))
        .map(({ name, deviation }) => `${folder}: ${name} ${deviation}`);
    });
    assert.deepEqual(failed, []);
  }

  const question = (engine: string, wanted: readonly string[], steps?: number): Question => ({
    engine,
    folders: Object.fromEntries(wanted.map((folder) => [folder, filesOf(folder)])),
    steps,
  });

  test(`on wasm: ${folders.length} references, whole`, async () => {
    judge(await check(question("wasm", folders)), folders);
  });

  // On a device that a program plays, a step takes seconds.
  const few = folders.filter((name) => name === "tiny-bert" || name.endsWith("-classification"));
  test(`on WebGPU: ${few.length} references, 3 steps of each training`, async () => {
    judge(await check(question("webgpu", few, 3), SIMULATED_GPU), few);
  });
});
