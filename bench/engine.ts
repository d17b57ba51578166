import { currentEngine, useEngine } from "../lib/src/engines/engines";
import { FusedBackend } from "../lib/src/engines/fused/backend";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "./options";

/** The chosen engine (by default the best that loads) at the chosen precision, "bf16" or "fp32". */
export async function startEngine(name: string, precision: string): Promise<string> {
  if (precision !== "bf16" && precision !== "fp32") throw new UsageError("--precision is bf16 or fp32.");
  // What is printed has to be JSON alone.
  const say = console.info;
  console.info = console.error;
  try {
    await useEngine(name || undefined);
  } finally {
    console.info = say;
  }
  const engine = await currentEngine();
  if (precision === "bf16" && !engine.supportsBf16) {
    throw new UsageError(`The ${engine.name} engine has no bf16 matrix products here; use --precision fp32.`);
  }
  engine.setMatMulPrecision?.(precision === "bf16" ? "bf16" : "f32");
  return engine.name;
}

/** The backend in use, where it is one of ours. */
export function fusedBackend(): FusedBackend | undefined {
  const backend = tf.backend();
  return backend instanceof FusedBackend ? backend : undefined;
}

/**
 * What matrix products of the encoder's shapes reach by themselves, in GFLOP/s: the best of several, on operands that
 * stay in the caches. Undefined on engines that are not ours.
 */
export function matMulPeak(precision: string): number | undefined {
  const library = fusedBackend()?.library;
  if (!library) return undefined;
  const [m, n, k] = [512, 3072, 768];
  const Operand = precision === "bf16" ? Uint16Array : Float32Array;
  const a = new Operand(m * k);
  const b = new Operand(n * k);
  const out = new Float32Array(m * n);
  let best = Infinity;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    library.matmul(out, a, b, 1, m, n, k, false, true, null, false);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * m * n * k) / best / 1e6;
}
