import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { EngineError } from "../../errors";

/** Dropout as every kernel takes it: threshold (0 drops nothing), factor of what is kept, seed, site, step. */
export type DropoutArguments = [threshold: number, kept: number, seed: number, site: number, step: number];

/** Operands of a matrix product: f32, or the bits of bf16 numbers. */
export type Operand = Float32Array | Uint16Array;

/**
 * The functions of the C++ addon; `lib/native/src/*.h` says what each computes. Outputs come first. Every argument is
 * checked there: a wrong call throws a TypeError or RangeError.
 */
export interface Addon {
  description(): AddonDescription;
  allocateSegment(bytes: number): ArrayBuffer;
  matmul(
    out: Float32Array,
    a: Operand,
    b: Operand,
    batch: number,
    m: number,
    n: number,
    k: number,
    transposeA: boolean,
    transposeB: boolean,
    bias: Float32Array | null,
    accumulate: boolean,
  ): void;
  toBfloat16(out: Uint16Array, x: Float32Array): void;
  add(out: Float32Array, a: Float32Array, b: Float32Array): void;
  columnSum(out: Float32Array, x: Float32Array, rows: number, columns: number): void;
  gelu(out: Float32Array, x: Float32Array): void;
  geluGradient(out: Float32Array, dy: Float32Array, x: Float32Array): void;
  dropout(out: Float32Array, x: Float32Array, ...dropout: DropoutArguments): void;
  dropoutAddLayerNorm(
    out: Float32Array,
    x: Float32Array,
    residual: Float32Array | null,
    gamma: Float32Array,
    beta: Float32Array,
    rows: number,
    columns: number,
    eps: number,
    ...dropout: DropoutArguments
  ): void;
  dropoutAddLayerNormGradient(
    dx: Float32Array,
    dresidual: Float32Array | null,
    dgamma: Float32Array,
    dbeta: Float32Array,
    dy: Float32Array,
    x: Float32Array,
    residual: Float32Array | null,
    gamma: Float32Array,
    rows: number,
    columns: number,
    eps: number,
    ...dropout: DropoutArguments
  ): void;
  embeddingsLayerNorm(
    out: Float32Array,
    word: Float32Array,
    position: Float32Array,
    tokenType: Float32Array,
    ids: Int32Array,
    positions: Int32Array,
    tokenTypes: Int32Array,
    gamma: Float32Array,
    beta: Float32Array,
    tokens: number,
    hidden: number,
    eps: number,
  ): void;
  embeddingsLayerNormGradient(
    dx: Float32Array,
    dgamma: Float32Array,
    dbeta: Float32Array,
    dy: Float32Array,
    word: Float32Array,
    position: Float32Array,
    tokenType: Float32Array,
    ids: Int32Array,
    positions: Int32Array,
    tokenTypes: Int32Array,
    gamma: Float32Array,
    tokens: number,
    hidden: number,
    eps: number,
  ): void;
  scatterAdd(
    table: Float32Array,
    rows: Float32Array,
    ids: Int32Array,
    entries: number,
    hidden: number,
    skippedId: number,
  ): void;
  packedAttention(
    out: Float32Array,
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    offsets: Int32Array,
    hidden: number,
    heads: number,
    ...dropout: DropoutArguments
  ): void;
  packedAttentionGradient(
    dq: Float32Array,
    dk: Float32Array,
    dv: Float32Array,
    dout: Float32Array,
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    offsets: Int32Array,
    hidden: number,
    heads: number,
    ...dropout: DropoutArguments
  ): void;
  crossEntropy(
    logits: Float32Array,
    labels: Int32Array,
    rows: number,
    classes: number,
    smoothing: number,
  ): number;
  crossEntropyGradient(
    out: Float32Array,
    logits: Float32Array,
    labels: Int32Array,
    rows: number,
    classes: number,
    smoothing: number,
    dy: number,
  ): void;
  weightGradient(
    dweight: Float32Array,
    dy: Operand,
    x: Operand,
    tokens: number,
    outputs: number,
    inputs: number,
  ): number;
  squaredSum(x: Float32Array): number;
  adamw(
    weight: Float32Array,
    gradient: Float32Array,
    first: Float32Array,
    second: Float32Array,
    copy: Uint16Array | null,
    stepSize: number,
    beta1: number,
    beta2: number,
    eps: number,
    decay: number,
    inverseCorrection: number,
    gradientScale: number,
  ): void;
  adamwRows(
    weight: Float32Array,
    gradient: Float32Array | null,
    first: Float32Array,
    second: Float32Array,
    rows: Int32Array,
    updates: Int32Array,
    history: Float32Array,
    upTo: number,
    hidden: number,
    beta1: number,
    beta2: number,
    eps: number,
    gradientScale: number,
  ): void;
}

export interface AddonDescription {
  /** The best that the processor has and the kernels use. */
  instructionSet: string;
  /** Whether matrix products of bf16 numbers run in hardware. */
  bfloat16: boolean;
  threads: number;
  /** oneDNN's version. */
  dnnl: string;
}

/** Where node-gyp leaves it, the same from lib/src and from lib/dist; FINETUNE_NATIVE_ADDON names another build. */
const ADDON =
  process.env.FINETUNE_NATIVE_ADDON ??
  path.resolve(__dirname, "../../../native/build/Release/finetune_native.node");

/**
 * How often a waiting thread looks before it sleeps, about 10 us. OpenMP's own choice, some milliseconds, slows a
 * machine that also does something else down tenfold: the thread that waits takes the processor from the one that it
 * waits for. On an idle machine no more is gained by it.
 */
const SPIN_COUNT = "5000";

let loaded: Addon | undefined;

/** @throws EngineError if it is not built, or does not load here */
export function loadAddon(): Addon {
  try {
    // Read when the library is loaded.
    process.env.GOMP_SPINCOUNT ??= SPIN_COUNT;
    loaded ??= createRequire(__filename)(ADDON) as Addon;
    return loaded;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "MODULE_NOT_FOUND" ? `it is not built${reasonNotBuilt()}` : message.split("\n")[0];
    throw new EngineError(
      `The native engine did not load: ${why}. Run \`npm run build:native\`, or choose another engine.`,
    );
  }
}

/** What scripts/build-native.mjs noted when it could not build: ", there is no oneDNN …", or nothing. */
function reasonNotBuilt(): string {
  const note = path.resolve(path.dirname(ADDON), "../.not-built");
  return existsSync(note) ? `: ${readFileSync(note, "utf8").trim().replace(/\.$/, "")}` : "";
}
