import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { RankOptions, RankResults } from "./rank";

const ROOT = path.resolve(__dirname, "../..");
const ADDON = path.join(ROOT, "lib/native/mpi/build/Release/finetune_mpi.node");
const PROGRAM = path.join(__dirname, "rank.ts");

/** The launcher, of the MPI that the addon is built for. */
const MPIRUN = process.env.MPIRUN ?? "mpirun";

/** Why no ranks can be started here, or false. */
export const noMpi: string | false = (() => {
  if (!existsSync(ADDON)) return "the addon for MPI is not built (no mpicc)";
  const { status } = spawnSync(MPIRUN, ["--version"], { stdio: "ignore" });
  return status === 0 ? false : `there is no ${MPIRUN}`;
})();

/** What has come of a job. */
export interface Job {
  code: number | null;
  output: string;
  /** By rank; of those that have come to their end. */
  results: RankResults[];
  seconds: number;
}

export interface JobOptions {
  env?: NodeJS.ProcessEnv;
  /** Called when the launcher runs. */
  meanwhile?: (launcher: number) => Promise<void>;
  /** In place of the launcher's own. */
  launcher?: readonly string[];
}

/** Tests may be root's, and have more ranks than processors. */
export const MPI_ENVIRONMENT = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
};

/** Runs the program of the ranks, so many of them; one without a launcher. It is ended after two minutes. */
export async function runRanks(
  ranks: number,
  folder: string,
  options: Omit<RankOptions, "results">,
  { env = {}, meanwhile, launcher = [MPIRUN, "-np", String(ranks)] }: JobOptions = {},
): Promise<Job> {
  const results = path.join(folder, "results");
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const program = ["--import", "tsx", PROGRAM, JSON.stringify({ ...options, results })];
  const [command, ...flags] = launcher;
  const args = ranks === 1 ? program : [...flags, process.execPath, ...program];
  const started = performance.now();
  const child = spawn(ranks === 1 ? process.execPath : command!, args, {
    cwd: ROOT,
    env: { ...process.env, ...MPI_ENVIRONMENT, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  await meanwhile?.(child.pid!);
  const code = await ended;
  const files = readdirSync(results).sort();
  return {
    code,
    output,
    results: files.map((file) => JSON.parse(readFileSync(path.join(results, file), "utf8")) as RankResults),
    seconds: (performance.now() - started) / 1000,
  };
}

/** The ranks' processes of a job whose results go into this folder. */
export function processesOf(folder: string): number[] {
  const { stdout } = spawnSync("pgrep", ["-f", `^${process.execPath}.*rank.ts.*${folder}/results`], {
    encoding: "utf8",
  });
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** The largest difference between two lists of figures, which have to be as long. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((largest, x, index) => Math.max(largest, Math.abs(x - b[index]!)), 0);
}
