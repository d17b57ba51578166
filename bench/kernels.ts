import type { DropoutArguments, KernelLibrary } from "../lib/src/engines/kernel-library";
import type { FusedBackend } from "../lib/src/engines/fused/backend";
import { fusedBackend, startEngine } from "./engine";
import { readOptions, UsageError } from "./options";

const DEFAULTS = {
  tokens: 196,
  /** Tokens of a sequence: for attention. */
  length: 14,
  hidden: 768,
  heads: 12,
  precision: "bf16",
  rounds: 25,
};

/** Layers whose tensors take turns, so that weights come from memory and not from the caches, as in a model. */
const LAYERS = 12;

const DROPOUT: DropoutArguments = [Math.round(0.1 * 2 ** 32), 1 / 0.9, 42, 3, 5, 0];
const NO_DROPOUT: DropoutArguments = [0, 1, 0, 0, 0, 0];

/** A kernel on tensors of one layer. `operations` counts floating-point operations, `bytes` what has to move. */
interface Case {
  run: (layer: number) => void;
  operations?: number;
  bytes?: number;
}

/**
 * `bench kernels`: every kernel of the native engine by itself, on the shapes of one layer of BERT. Microseconds a call,
 * medians; GFLOP/s of products, GB/s of what memory bounds.
 */
export async function kernelsBenchmark(args: string[]): Promise<object> {
  const { tokens, length, hidden, heads, precision, rounds } = readOptions(args, DEFAULTS);
  await startEngine("native", precision);
  const backend = fusedBackend();
  if (!backend) throw new UsageError("bench kernels: the native engine is not there.");
  const { library } = backend;
  const memory = new Memory(backend);
  const results: Record<string, object> = {};
  const measure = (cases: Record<string, Case>) => {
    for (const [name, one] of Object.entries(cases)) results[name] = figures(one, rounds);
  };
  const layers: [string, number, number][] = [
    ["hidden to hidden", hidden, hidden],
    ["hidden to 4 hidden", 4 * hidden, hidden],
    ["4 hidden to hidden", hidden, 4 * hidden],
  ];
  for (const [name, outputs, inputs] of layers) {
    measure(productCases(library, memory, { name, tokens, outputs, inputs, bf16: precision === "bf16" }));
  }
  measure(optimizerCases(library, memory, 4 * hidden * hidden));
  measure(elementwiseCases(library, memory, tokens, hidden));
  measure(attentionCases(library, memory, { tokens, length, hidden, heads }));
  return { precision, tokens, length, hidden, microseconds: results };
}

/** Tensors on pages like the engine's own. */
class Memory {
  constructor(private readonly backend: FusedBackend) {}

  floats(size: number): Float32Array {
    const { buffer, byteOffset } = this.backend.segments.allocate(4 * size);
    const values = new Float32Array(buffer, byteOffset, size);
    for (let i = 0; i < size; i++) values[i] = Math.sin(i * 1.37);
    return values;
  }

  bfloats(size: number): Uint16Array {
    const { buffer, byteOffset } = this.backend.segments.allocate(2 * size);
    const bits = new Uint16Array(buffer, byteOffset, size);
    this.backend.library.toBfloat16(bits, this.floats(size));
    return bits;
  }
}

/** One for each layer. */
const perLayer = <T>(make: () => T): T[] => Array.from({ length: LAYERS }, make);

interface ProductShape {
  name: string;
  tokens: number;
  outputs: number;
  inputs: number;
  bf16: boolean;
}

function productCases(
  library: KernelLibrary,
  memory: Memory,
  { name, tokens, outputs, inputs, bf16 }: ProductShape,
): Record<string, Case> {
  const operand = (size: number) => perLayer(() => (bf16 ? memory.bfloats(size) : memory.floats(size)));
  const result = (size: number) => perLayer(() => memory.floats(size));
  const x = operand(tokens * inputs);
  const dy = operand(tokens * outputs);
  const weight = operand(outputs * inputs);
  const y = result(tokens * outputs);
  const dx = result(tokens * inputs);
  const dweight = result(outputs * inputs);
  const bias = memory.floats(outputs);
  const operations = 2 * tokens * outputs * inputs;
  return {
    [`${name}, forward`]: {
      operations,
      run: (i) =>
        library.matmul(y[i]!, x[i]!, weight[i]!, 1, tokens, outputs, inputs, false, true, bias, false),
    },
    [`${name}, gradient of the input`]: {
      operations,
      run: (i) =>
        library.matmul(dx[i]!, dy[i]!, weight[i]!, 1, tokens, inputs, outputs, false, false, null, false),
    },
    [`${name}, gradient of the weight and its squares, oneDNN`]: {
      operations,
      run: (i) => {
        library.matmul(dweight[i]!, dy[i]!, x[i]!, 1, outputs, inputs, tokens, true, false, null, false);
        library.squaredSum(dweight[i]!);
      },
    },
    [`${name}, gradient of the weight and its squares, weightGradient`]: {
      operations,
      run: (i) => library.weightGradient(dweight[i]!, dy[i]!, x[i]!, tokens, outputs, inputs),
    },
  };
}

function optimizerCases(library: KernelLibrary, memory: Memory, size: number): Record<string, Case> {
  const result = () => perLayer(() => memory.floats(size).fill(0.01));
  const weight = result();
  const gradient = result();
  const first = result();
  const second = result();
  const copy = perLayer(() => memory.bfloats(size));
  const update = (i: number, bits: Uint16Array | null) =>
    library.adamw(weight[i]!, gradient[i]!, first[i]!, second[i]!, bits, 1e-5, 0.9, 0.999, 1e-8, 1, 1, 1);
  return {
    AdamW: { bytes: 28 * size, run: (i) => update(i, null) },
    "AdamW with a bf16 copy": { bytes: 30 * size, run: (i) => update(i, copy[i]!) },
    "sum of squares": { bytes: 4 * size, run: (i) => void library.squaredSum(gradient[i]!) },
  };
}

function elementwiseCases(
  library: KernelLibrary,
  memory: Memory,
  rows: number,
  hidden: number,
): Record<string, Case> {
  const tensor = () => memory.floats(rows * hidden);
  const [x, residual, dy, out, dx, dresidual] = [tensor(), tensor(), tensor(), tensor(), tensor(), tensor()];
  const vector = () => memory.floats(hidden);
  const [gamma, beta, dgamma, dbeta] = [vector(), vector(), vector(), vector()];
  const wideTensor = () => memory.floats(4 * rows * hidden);
  const [wide, wideSlope, wideOut] = [wideTensor(), wideTensor(), wideTensor()];
  const bits = new Uint16Array(4 * rows * hidden);
  const norm = (dropout: DropoutArguments) => () =>
    library.dropoutAddLayerNorm(out, x, residual, gamma, beta, rows, hidden, 1e-12, ...dropout);
  const normGradient = (dropout: DropoutArguments) => () =>
    library.dropoutAddLayerNormGradient(
      ...([dx, dresidual, dgamma, dbeta, dy, x, residual, gamma] as const),
      ...([rows, hidden, 1e-12] as const),
      ...dropout,
    );
  return {
    "dropout, residual, LayerNorm": { run: norm(DROPOUT) },
    "residual, LayerNorm": { run: norm(NO_DROPOUT) },
    "dropout, residual, LayerNorm, gradient": { run: normGradient(DROPOUT) },
    "residual, LayerNorm, gradient": { run: normGradient(NO_DROPOUT) },
    "GELU of 4 hidden": { run: () => library.gelu(wideOut, wide) },
    "GELU of 4 hidden, gradient": { run: () => library.geluGradient(wideOut, wideSlope, wide) },
    "4 hidden to bf16": { run: () => library.toBfloat16(bits, wide) },
  };
}

function attentionCases(
  library: KernelLibrary,
  memory: Memory,
  { tokens, length, hidden, heads }: { tokens: number; length: number; hidden: number; heads: number },
): Record<string, Case> {
  const offsets = Int32Array.from({ length: Math.ceil(tokens / length) + 1 }, (_, i) =>
    Math.min(i * length, tokens),
  );
  const tensor = () => memory.floats(tokens * hidden);
  const [q, k, v, dy, out] = [tensor(), tensor(), tensor(), tensor(), tensor()];
  const [dq, dk, dv] = [tensor(), tensor(), tensor()];
  const settings = [offsets, hidden, heads, 1 / Math.sqrt(hidden / heads), 0, null] as const;
  const attention = (dropout: DropoutArguments) => () =>
    library.packedAttention(out, q, k, v, ...settings, ...dropout);
  const gradient = (dropout: DropoutArguments) => () =>
    library.packedAttentionGradient(dq, dk, dv, null, dy, q, k, v, ...settings, ...dropout);
  return {
    "attention with dropout": { run: attention(DROPOUT) },
    "attention without dropout": { run: attention(NO_DROPOUT) },
    "attention with dropout, gradient": { run: gradient(DROPOUT) },
    "attention without dropout, gradient": { run: gradient(NO_DROPOUT) },
  };
}

function figures({ run, operations, bytes }: Case, rounds: number): object {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let layer = 0; layer < LAYERS; layer++) run(layer);
    return ((performance.now() - start) * 1000) / LAYERS;
  });
  const median = times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
  return {
    us: Math.round(median),
    ...(operations && { gflops: Math.round(operations / median / 1000) }),
    ...(bytes && { gb_per_s: Math.round(bytes / median / 100) / 10 }),
  };
}
