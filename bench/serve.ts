import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { loadDataset } from "../lib/src/datasets/load-dataset";
import type { SentenceRow } from "../lib/src/datasets/rows";
import { AutoModelForSequenceClassification } from "../lib/src/models/auto";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { startEngine } from "./engine";
import { readOptions } from "./options";

const DEFAULTS = { clients: 32, seconds: 60, checkpoint: "bert-3x384", precision: "fp32", engine: "" };

/** Parts of the run between two looks at the server's memory. */
const LOOKS = 12;
const MEBIBYTE = 2 ** 20;

/**
 * `bench serve`: `finetune serve` under clients that ask, wait for the answer and ask again, on the loopback: milliseconds an
 * answer, answers a second, errors, the server's memory in the course of it, and how it ends.
 */
export async function serveBenchmark(args: string[]): Promise<object> {
  const { clients, seconds, checkpoint, precision, engine } = readOptions(args, DEFAULTS);
  const name = await startEngine(engine, precision);
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-serve-"));
  try {
    const model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2 });
    await model.savePretrained(folder);
    await (await AutoTokenizer.fromPretrained(checkpoint)).savePretrained(folder);
    const sentences = (await loadDataset<SentenceRow>("reviews")).train.column("sentence");
    const program = path.resolve(__dirname, "../lib/bin/finetune.js");
    const server = spawn(process.execPath, [program, "serve", folder, "--port", "0", "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...(engine && { FINETUNE_ENGINE: engine }) },
    });
    const [line] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
    const { address } = JSON.parse(line) as { address: string };
    const times: number[] = [];
    const memory: number[] = [];
    let errors = 0;
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const end = performance.now() + 1000 * seconds;
    const client = async (first: number) => {
      for (let at = first; performance.now() < end; at += clients) {
        const start = performance.now();
        const status = await post(agent, `${address}/classify`, sentences[at % sentences.length]!).catch(
          () => 0,
        );
        times.push(performance.now() - start);
        if (status !== 200) errors += 1;
      }
    };
    const watch = async () => {
      for (let look = 0; look < LOOKS; look++) {
        await new Promise((next) => setTimeout(next, (1000 * seconds) / LOOKS));
        memory.push(residentMemory(server.pid!));
      }
    };
    await Promise.all([...Array.from({ length: clients }, (_, i) => client(i)), watch()]);
    agent.destroy();
    const stopped = performance.now();
    server.kill("SIGTERM");
    const [code] = (await once(server, "exit")) as [number | null];
    times.sort((a, b) => a - b);
    const quantile = (share: number) =>
      round(times[Math.min(times.length - 1, Math.floor(share * times.length))]!);
    return {
      ...{ engine: name, checkpoint, clients, seconds, answers: times.length, errors },
      answersPerSecond: round(times.length / seconds),
      milliseconds: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), most: quantile(1) },
      serverMebibytes: memory.map((bytes) => Math.round(bytes / MEBIBYTE)),
      exitCode: code,
      endedInMilliseconds: round(performance.now() - stopped),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const round = (value: number) => Math.round(10 * value) / 10;

/** Asks for the labels of a text. @returns the status */
function post(agent: Agent, url: string, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const asked = request(url, { agent, method: "POST", headers }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    asked.once("error", reject);
    asked.end(JSON.stringify({ text }));
  });
}

/** What a process holds, in bytes; Linux tells. */
function residentMemory(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return Number(pages) * 4096;
}
