import type { KernelLibrary } from "../lib/src/engines/kernel-library";
import { fusedBackend, startEngine } from "./engine";
import { readOptions, UsageError } from "./options";
import { trainSteps } from "./train-step";
import { WARM_UP_STEPS, WORKLOAD } from "./workload";

interface Share {
  calls: number;
  ms: number;
}

/** `bench profile`: where the time of a training step goes, by kernel. Milliseconds, medians over the steps. */
export async function profileBenchmark(args: string[]): Promise<object> {
  const { engine, ...workload } = readOptions(args, { ...WORKLOAD, engine: "" });
  const name = await startEngine(engine, workload.precision);
  const library = fusedBackend()?.library;
  if (!library) throw new UsageError("bench profile: only the engines native and wasm can be profiled.");
  const shares = measureCalls(library);
  const steps: { ms: number; functions: Map<string, Share> }[] = [];
  await trainSteps(workload, (step, seconds) => {
    if (step >= WARM_UP_STEPS) steps.push({ ms: seconds * 1000, functions: new Map(shares) });
    shares.clear();
  });
  const names = new Set(steps.flatMap(({ functions }) => [...functions.keys()]));
  const functions = [...names].map((name) => {
    const of = (figure: keyof Share) =>
      median(steps.map(({ functions }) => functions.get(name)?.[figure] ?? 0));
    return [name, { calls: of("calls"), ms: round(of("ms")) }] as const;
  });
  const inKernels = ({ functions }: { functions: Map<string, Share> }) =>
    [...functions.values()].reduce((sum, { ms }) => sum + ms, 0);
  return {
    engine: name,
    precision: workload.precision,
    step_ms: round(median(steps.map(({ ms }) => ms))),
    in_kernels_ms: round(median(steps.map(inKernels))),
    in_javascript_ms: round(median(steps.map((step) => step.ms - inKernels(step)))),
    functions: Object.fromEntries(functions.sort(([, a], [, b]) => b.ms - a.ms)),
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Replaces every kernel by one that also counts its time. */
function measureCalls(library: KernelLibrary): Map<string, Share> {
  const shares = new Map<string, Share>();
  const functions = library as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, original] of Object.entries(functions)) {
    functions[name] = (...args) => {
      const start = performance.now();
      try {
        return original(...args);
      } finally {
        const label = name === "matmul" ? productLabel(args) : name;
        const share = shares.get(label) ?? { calls: 0, ms: 0 };
        share.calls++;
        share.ms += performance.now() - start;
        shares.set(label, share);
      }
    };
  }
  return shares;
}

/** Products are told apart by what they are for. */
function productLabel(args: unknown[]): string {
  const [transposeA, transposeB] = args.slice(7, 9);
  if (transposeA) return "matmul (gradients of weights)";
  return transposeB ? "matmul (forward)" : "matmul (gradients of inputs)";
}

const round = (ms: number) => Math.round(ms * 100) / 100;
