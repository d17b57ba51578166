import { spawn } from "node:child_process";
import path from "node:path";
import { readOptions, UsageError } from "../options";
import { WORKLOAD } from "../workload";
import { expectedSpeedUps, type Network } from "./plan";
import type { RankFigures, RankWorkload } from "./rank";

const ROOT = path.resolve(__dirname, "../..");

export const DISTRIBUTED = {
  ...WORKLOAD,
  engine: "native",
  ranks: 2,
  /** Threads of the rank that is alone; 0: all. Those of several share the machine. */
  threads: 1,
  halves: false,
  shard: false,
  /** Two hosts with a cable between them, of so many Mbit/s; 0: ranks of this machine. */
  mbit: 0,
  /** Of the cable, one way. */
  delay_ms: 0.1,
};

/**
 * `bench distributed`: training steps of one rank and of several, each on a batch of its own. With `--mbit` the ranks are two hosts,
 * network namespaces of this machine.
 */
export async function distributedBenchmark(args: string[]): Promise<object> {
  const { ranks, mbit, delay_ms: delay, ...workload } = readOptions(args, DISTRIBUTED);
  if (!Number.isInteger(ranks) || ranks < 2) throw new UsageError("--ranks is 2 or more.");
  if (mbit > 0 && ranks !== 2) throw new UsageError("--mbit: there are two hosts.");
  const alone = await run([], workload);
  const launcher =
    mbit > 0
      ? [path.join(ROOT, "scripts/two-hosts/run.sh"), String(mbit), String(delay)]
      : ["mpirun", "-np", String(ranks)];
  const together = await run(launcher, workload);
  const { layers, hidden, batch, precision, halves, shard } = workload;
  return {
    ...{ layers, hidden, batch, precision, halves, shard },
    ...(mbit > 0 && { mbit, delay_ms: delay }),
    alone: rounded(alone),
    together: rounded(together),
    median_s: together.step_ms / 1000,
    speed_up: Number((together.tokens_per_s / alone.tokens_per_s).toFixed(2)),
    ...(mbit > 0 && { expected_speed_up: expectedSpeedUps(alone, workload, networkOf(mbit, delay), [2])[2] }),
  };
}

const PLAN_OPTIONS = {
  ...WORKLOAD,
  engine: "native",
  threads: 0,
  halves: false,
  accumulation: 1,
  delay_ms: 0.05,
};

/** `bench distributed-plan`: what 2 to 64 machines like this one would do, by its step and the sizes of what they exchange. */
export async function planBenchmark(args: string[]): Promise<object> {
  const { accumulation, delay_ms: delay, ...workload } = readOptions(args, PLAN_OPTIONS);
  const alone = await run([], { ...workload, shard: false });
  const { layers, hidden, batch, precision, halves } = workload;
  const speeds = [1, 10, 100].map((gbit) => {
    const network = networkOf(1000 * gbit, delay);
    const step = { ...alone, accumulation };
    return [`${gbit} Gbit/s`, expectedSpeedUps(step, workload, network, [2, 4, 8, 16, 32, 64])] as const;
  });
  return {
    ...{ layers, hidden, batch, precision, halves, accumulation },
    ...rounded(alone),
    ...Object.fromEntries(speeds),
  };
}

const networkOf = (mbit: number, delayMs: number): Network => ({
  bytesPerMs: (mbit * 1e6) / 8 / 1000,
  delayMs,
});

/** Runs the program of the ranks. @param launcher  nothing for one alone */
async function run(launcher: readonly string[], workload: RankWorkload): Promise<RankFigures> {
  const program = [
    process.execPath,
    "--import",
    "tsx",
    path.join(__dirname, "rank.ts"),
    JSON.stringify(workload),
  ];
  const [command, ...args] = [...launcher, ...program];
  const env = {
    ...process.env,
    ...{
      OMPI_ALLOW_RUN_AS_ROOT: "1",
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
      OMPI_MCA_rmaps_base_oversubscribe: "1",
    },
  };
  const child = spawn(command!, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (data) => (printed += String(data)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => reject(new UsageError(`${command} cannot be started: ${error.message}.`)));
    child.once("close", resolve);
  });
  if (code !== 0) throw new UsageError(`${command} ended with exit code ${code}.`);
  return JSON.parse(printed.trim().split("\n").at(-1)!) as RankFigures;
}

const rounded = (figures: RankFigures) =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]: [string, number]) => [name, Number(value.toPrecision(4))]),
  );
