import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkpointName, listCheckpoints } from "../../../lib/src/checkpoints/training-checkpoints";
import { checkFiles, readRecord } from "../../../lib/src/training/run/record";
import { readState } from "../../../lib/src/training/state";
import { randomUint32 } from "../../../lib/src/random";
import type { RunResult } from "./worker";

const WORKER = path.join(__dirname, "worker.ts");

/** Of a whole run: enough of them for all the kills. */
export const STEPS = process.env.KILL_CHAINS ? 500 : 160;

/** When a process is ended: at any moment of its steps, or while it writes a checkpoint. */
type Moment = "anywhere" | "saving";

export interface Kill {
  moment: Moment;
  /** Whether it left a checkpoint behind that was being written. */
  leftHalf: boolean;
  /** The run had come to its end before. */
  tooLate: boolean;
}

/** Random numbers from 0 to 1, the same for the same seed. */
export function randomShares(seed: number): () => number {
  let at = 0;
  return () => randomUint32(new Uint32Array(1), { seed, site: 0, step: at++ })[0]! / 2 ** 32;
}

/** Lets a run go on in a process of its own. */
function start(outputDir: string) {
  const resultFile = `${outputDir}.json`;
  rmSync(resultFile, { force: true });
  const child = spawn(process.execPath, ["--import", "tsx", WORKER, outputDir, resultFile, String(STEPS)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  const begun = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("begun")) resolve();
    });
    child.once("close", () => resolve());
  });
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const result = () => {
    try {
      return JSON.parse(readFileSync(resultFile, "utf8")) as RunResult;
    } catch {
      throw new Error(`The run left no result: ${errors}`);
    }
  };
  return { child, begun, ended, result, isOver: () => child.exitCode !== null };
}

/** Lets a run go on to its end. */
export async function carryOn(outputDir: string): Promise<RunResult> {
  const run = start(outputDir);
  await run.ended;
  return run.result();
}

const halves = (outputDir: string) => {
  try {
    return readdirSync(outputDir).filter((name) => name.startsWith("."));
  } catch {
    return [];
  }
};

/** Starts or goes on with a run, and kills it with SIGKILL. */
export async function kill(outputDir: string, moment: Moment, share: () => number): Promise<Kill> {
  const run = start(outputDir);
  await run.begun;
  if (moment === "anywhere") await sleep(share() * 700);
  else {
    await sleep(share() * 300);
    while (halves(outputDir).length === 0 && !run.isOver()) await sleep(0);
    const until = performance.now() + share() * 6;
    while (performance.now() < until);
  }
  const tooLate = run.isOver();
  run.child.kill("SIGKILL");
  await run.ended;
  return { moment, leftHalf: halves(outputDir).length > 0, tooLate };
}

/** As {@link kill}, with a signal that lets it end its step and save. */
export async function terminate(outputDir: string, share: () => number): Promise<RunResult> {
  const run = start(outputDir);
  await run.begun;
  await sleep(share() * 300);
  run.child.kill("SIGTERM");
  await run.ended;
  return run.result();
}

/** Reads every checkpoint with its checksums. @throws CheckpointError for one that is not whole */
export async function checkAll(outputDir: string): Promise<number> {
  const names = readdirSync(outputDir).filter((name) => /^checkpoint-\d+$/.test(name));
  for (const name of names) {
    const directory = path.join(outputDir, name);
    await readState(directory);
    await checkFiles(directory, (await readRecord(directory))!);
  }
  const listed = (await listCheckpoints(outputDir)).map(({ step }) => checkpointName(step));
  const missing = names.filter((name) => !listed.includes(name));
  if (missing.length > 0) throw new Error(`${missing.join(", ")} is not listed.`);
  return names.length;
}
