import type { Addon } from "../lib/src/engines/native/addon";
import { nativeBackend, startEngine } from "./engine";
import { readOptions, UsageError } from "./options";
import { trainSteps } from "./train-step";
import { WARM_UP_STEPS, WORKLOAD } from "./workload";

interface Share {
  calls: number;
  ms: number;
}

/** `bench profile`: where the time of a training step goes, by function of the addon. Milliseconds a step. */
export async function profileBenchmark(args: string[]): Promise<object> {
  const { engine, ...workload } = readOptions(args, { ...WORKLOAD, engine: "" });
  const name = await startEngine(engine, workload.precision);
  const addon = nativeBackend()?.addon;
  if (!addon) throw new UsageError("bench profile: only the native engine can be profiled.");
  const shares = measureCalls(addon);
  const { seconds } = await trainSteps(workload, () => shares.clear());
  const steps = workload.steps - WARM_UP_STEPS;
  const stepMs = (seconds.slice(WARM_UP_STEPS).reduce((sum, value) => sum + value, 0) / steps) * 1000;
  const inAddon = [...shares.values()].reduce((sum, { ms }) => sum + ms, 0) / steps;
  const functions = [...shares]
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(([name, { calls, ms }]) => [name, { calls: calls / steps, ms: round(ms / steps) }]);
  return {
    engine: name,
    precision: workload.precision,
    step_ms: round(stepMs),
    in_addon_ms: round(inAddon),
    in_javascript_ms: round(stepMs - inAddon),
    functions: Object.fromEntries(functions) as object,
  };
}

/** Replaces every function of the addon by one that also counts its time. */
function measureCalls(addon: Addon): Map<string, Share> {
  const shares = new Map<string, Share>();
  const functions = addon as unknown as Record<string, (...args: unknown[]) => unknown>;
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
