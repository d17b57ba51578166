/**
 * `npm run bench -- NAME [options]`: measures one thing and prints one line of JSON. With `--vs-python` the Python peer
 * runs beside it, turn by turn (`--python PATH` or $PYTHON says which Python; `--peer FILE` which program).
 */
import path from "node:path";
import { startEngine } from "./engine";
import { inferBenchmark } from "./infer";
import { kernelsBenchmark } from "./kernels";
import { loadBenchmark, temporaryModel } from "./load";
import { readOptions, UsageError } from "./options";
import { profileBenchmark } from "./profile";
import { comparePairs, type Peer } from "./python";
import { RUN, runBenchmark } from "./run";
import { soakBenchmark } from "./soak";
import { TOKENIZE, tokenizeBenchmark } from "./tokenize";
import { trainStepBenchmark } from "./train-step";
import { WORKLOAD } from "./workload";

interface Benchmark {
  run: (args: string[]) => Promise<object>;
  /** What measures the same in Python, the figures to compare, and how often. */
  peer?: { of: (args: string[]) => Peer | Promise<Peer>; figures: readonly string[]; pairs?: number };
}

const STEP_PEER = "../shared/bench/hf_train_step.py";

const BENCHMARKS: Record<string, Benchmark> = {
  "train-step": {
    run: trainStepBenchmark,
    peer: { of: (args) => stepPeer("train", 16, args), figures: ["median_s"] },
  },
  infer: { run: inferBenchmark, peer: { of: (args) => stepPeer("infer", 64, args), figures: ["median_s"] } },
  tokenize: { run: tokenizeBenchmark, peer: { of: tokenizePeer, figures: ["first_s", "cached_s"] } },
  load: { run: loadBenchmark, peer: { of: loadPeer, figures: ["seconds"] } },
  // A pair takes half an hour.
  run: { run: runBenchmark, peer: { of: runPeer, figures: ["seconds"], pairs: 1 } },
  profile: { run: profileBenchmark },
  kernels: { run: kernelsBenchmark },
  soak: { run: soakBenchmark },
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
  const script = path.join(__dirname, "peers", "hf_tokenize.py");
  return { script, args: ["--train", train, "--tokenizer", tokenizer] };
}

const RUN_NAMES = [
  "data",
  "tokenizer",
  "layers",
  "hidden",
  "batch",
  "epochs",
  "rows",
  "lr",
  "precision",
  "seed",
] as const;

function runPeer(args: string[]): Peer {
  const options = readOptions(args, { ...RUN, python: "" });
  const script = path.join(__dirname, "peers", "run.py");
  return { script, args: RUN_NAMES.flatMap((name) => [`--${name}`, String(options[name])]) };
}

/** Both sides load one folder; without `--model` one that is made for them. */
async function loadPeer(args: string[]): Promise<Peer> {
  const { model } = readOptions(args, { model: "", engine: "", python: "" });
  const script = path.join(__dirname, "peers", "load.py");
  if (model) return { script, args: ["--model", model] };
  await startEngine("cpu", "fp32");
  const { folder, remove } = await temporaryModel();
  return { script, args: ["--model", folder], ownArgs: ["--model", folder], cleanUp: remove };
}

/** A command line without an option and its value. */
function withoutOption(args: string[], name: string): string[] {
  const at = args.indexOf(name);
  return at === -1 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
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
  const program = await peer.of(withoutOption(own, "--pairs"));
  try {
    return await comparePairs(name, own, program, peer.figures, peer.pairs);
  } finally {
    program.cleanUp?.();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});
