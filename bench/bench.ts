/**
 * `npm run bench -- NAME [options]`: measures one thing and prints one line of JSON. With `--vs-python` the Python peer
 * runs beside it, turn by turn (`--python PATH` or $PYTHON says which Python; `--peer FILE` which program).
 */
import { browserBenchmark } from "./browser";
import { distributedBenchmark, planBenchmark } from "./distributed/distributed";
import { inferBenchmark } from "./infer";
import { kernelsBenchmark } from "./kernels";
import { loadBenchmark } from "./load";
import { UsageError } from "./options";
import { distributedPeer, loadPeer, profilePeer, runPeer, stepPeer, tokenizePeer } from "./peers";
import { productsBenchmark } from "./products";
import { processor } from "./processor";
import { profileBenchmark } from "./profile";
import { comparePairs, type Peer } from "./python";
import { runBenchmark } from "./run";
import { sentenceBenchmark, sentencePeer } from "./sentence";
import { soakBenchmark } from "./soak";
import { serveBenchmark } from "./serve";
import { streamBenchmark } from "./stream";
import { tokenizeBenchmark } from "./tokenize";
import { trainStepBenchmark } from "./train-step";
import { webGpuBenchmark } from "./webgpu";

interface Benchmark {
  run: (args: string[]) => Promise<object>;
  /** What measures the same in Python, the figures to compare, and how often. */
  peer?: { of: (args: string[]) => Peer | Promise<Peer>; figures: readonly string[]; pairs?: number };
}

const BENCHMARKS: Record<string, Benchmark> = {
  "train-step": {
    run: trainStepBenchmark,
    peer: { of: (args) => stepPeer("train", 16, args), figures: ["median_s"] },
  },
  infer: { run: inferBenchmark, peer: { of: (args) => stepPeer("infer", 64, args), figures: ["median_s"] } },
  sentence: { run: sentenceBenchmark, peer: { of: sentencePeer, figures: ["median_s", "mean_s"] } },
  tokenize: { run: tokenizeBenchmark, peer: { of: tokenizePeer, figures: ["first_s", "cached_s"] } },
  load: { run: loadBenchmark, peer: { of: loadPeer, figures: ["seconds"] } },
  // A pair takes half an hour.
  run: { run: runBenchmark, peer: { of: runPeer, figures: ["seconds"], pairs: 1 } },
  profile: { run: profileBenchmark, peer: { of: profilePeer, figures: ["step_ms"], pairs: 1 } },
  kernels: { run: kernelsBenchmark },
  products: { run: productsBenchmark },
  distributed: { run: distributedBenchmark, peer: { of: distributedPeer, figures: ["median_s"], pairs: 1 } },
  "distributed-plan": { run: planBenchmark },
  soak: { run: soakBenchmark },
  serve: { run: serveBenchmark },
  stream: { run: streamBenchmark },
  browser: { run: browserBenchmark },
  webgpu: { run: webGpuBenchmark },
};

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
  const own = args.filter((arg) => arg !== "--json");
  console.log(JSON.stringify({ processor: processor(), ...(await measure(name, benchmark, own)) }));
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
