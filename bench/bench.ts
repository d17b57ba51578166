/**
 * `npm run bench -- NAME [options]`: measures one thing and prints one line of JSON. With `--vs-python` the Python peer
 * runs beside it, turn by turn (`--python PATH` or $PYTHON says which Python; `--peer FILE` which program).
 */
import path from "node:path";
import { inferBenchmark } from "./infer";
import { kernelsBenchmark } from "./kernels";
import { loadBenchmark } from "./load";
import { readOptions, UsageError } from "./options";
import { profileBenchmark } from "./profile";
import { comparePairs, type Peer } from "./python";
import { runBenchmark } from "./run";
import { TOKENIZE, tokenizeBenchmark } from "./tokenize";
import { trainStepBenchmark } from "./train-step";
import { WORKLOAD } from "./workload";

interface Benchmark {
  run: (args: string[]) => Promise<object>;
  /** What measures the same in Python, and the figure to compare. */
  peer?: { of: (args: string[]) => Peer; figure: string };
}

const STEP_PEER = "../shared/bench/hf_train_step.py";

const BENCHMARKS: Record<string, Benchmark> = {
  "train-step": {
    run: trainStepBenchmark,
    peer: { of: (args) => stepPeer("train", 16, args), figure: "median_s" },
  },
  infer: { run: inferBenchmark, peer: { of: (args) => stepPeer("infer", 64, args), figure: "median_s" } },
  tokenize: { run: tokenizeBenchmark, peer: { of: tokenizePeer, figure: "seconds" } },
  load: { run: loadBenchmark },
  run: { run: runBenchmark },
  profile: { run: profileBenchmark },
  kernels: { run: kernelsBenchmark },
};

/** The same workload as the benchmark's own, as the peer's command line. */
function stepPeer(mode: string, batch: number, args: string[]): Peer {
  const { peer, ...workload } = readOptions(args, {
    ...WORKLOAD,
    batch,
    engine: "",
    peer: STEP_PEER,
    python: "",
  });
  const names = [
    "train",
    "tokenizer",
    "precision",
    "steps",
    "batch",
    "layers",
    "hidden",
    "sampling",
  ] as const;
  return {
    script: peer,
    args: ["--mode", mode, ...names.flatMap((name) => [`--${name}`, String(workload[name])])],
  };
}

function tokenizePeer(args: string[]): Peer {
  const { train, tokenizer } = readOptions(args, { ...TOKENIZE, python: "" });
  const script = path.join(__dirname, "peers", "tokenize.py");
  return { script, args: ["--train", train, "--tokenizer", tokenizer] };
}

async function main([name = "", ...args]: string[]): Promise<void> {
  const benchmark = BENCHMARKS[name];
  if (!benchmark) {
    throw new UsageError(
      `There is no benchmark '${name}'. There are: ${Object.keys(BENCHMARKS).join(", ")}.`,
    );
  }
  console.log(
    JSON.stringify(
      await measure(
        name,
        benchmark,
        args.filter((arg) => arg !== "--json"),
      ),
    ),
  );
}

async function measure(name: string, { run, peer }: Benchmark, args: string[]): Promise<object> {
  if (!args.includes("--vs-python")) return run(args);
  if (!peer) throw new UsageError(`bench ${name} has no peer in Python.`);
  const own = args.filter((arg) => arg !== "--vs-python");
  return comparePairs(name, own, peer.of(own), peer.figure);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});
