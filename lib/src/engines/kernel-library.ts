/** Dropout as every kernel takes it: threshold (0 drops nothing), factor of what is kept, and the random numbers' key. */
export type DropoutArguments = [
  threshold: number,
  kept: number,
  seed: number,
  site: number,
  step: number,
  first: number,
];

/** What attention and its gradient take alike. A window of 0 is none. */
export type AttentionArguments = [
  offsets: Int32Array,
  hidden: number,
  heads: number,
  scale: number,
  window: number,
  bias: Float32Array | null,
  ...dropout: DropoutArguments,
];

/** Operands of a matrix product: f32, or the bits of bf16 numbers. */
export type Operand = Float32Array | Uint16Array;

/**
 * The kernels in C++; `lib/native/src/*.h` says what each computes. Outputs come first. Every argument is checked there: a
 * wrong call throws a TypeError or RangeError. They are compiled twice: for the processor, and to WebAssembly.
 */
export interface KernelLibrary {
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
  geluNew(out: Float32Array, x: Float32Array): void;
  geluNewGradient(out: Float32Array, dy: Float32Array, x: Float32Array): void;
  tanh(out: Float32Array, x: Float32Array): void;
  tanhGradient(out: Float32Array, dy: Float32Array, x: Float32Array): void;
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
    ...attention: AttentionArguments
  ): void;
  packedAttentionGradient(
    dq: Float32Array,
    dk: Float32Array,
    dv: Float32Array,
    dbias: Float32Array | null,
    dout: Float32Array,
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    ...attention: AttentionArguments
  ): void;
  disentangledBias(
    out: Float32Array,
    q: Float32Array,
    k: Float32Array,
    positionKeys: Float32Array | null,
    positionQueries: Float32Array | null,
    offsets: Int32Array,
    hidden: number,
    heads: number,
    scale: number,
  ): void;
  disentangledBiasGradient(
    dq: Float32Array,
    dk: Float32Array,
    dpositionKeys: Float32Array | null,
    dpositionQueries: Float32Array | null,
    dout: Float32Array,
    q: Float32Array,
    k: Float32Array,
    positionKeys: Float32Array | null,
    positionQueries: Float32Array | null,
    offsets: Int32Array,
    hidden: number,
    heads: number,
    scale: number,
  ): void;
  rotaryProjections(
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    qkv: Float32Array,
    positions: Int32Array,
    hidden: number,
    heads: number,
    theta: number,
  ): void;
  rotaryProjectionsGradient(
    dqkv: Float32Array,
    doutQ: Float32Array,
    doutK: Float32Array,
    doutV: Float32Array,
    positions: Int32Array,
    hidden: number,
    heads: number,
    theta: number,
  ): void;
  geglu(out: Float32Array, x: Float32Array, rows: number, width: number): void;
  gegluGradient(dx: Float32Array, dy: Float32Array, x: Float32Array, rows: number, width: number): void;
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
  squaredSumRows(x: Float32Array, rows: Int32Array, width: number): number;
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

/** Where a library's tensors live. */
export interface SegmentSource {
  /** Whether the library works on arrays from elsewhere too. Default false. */
  reachesAllMemory?: boolean;
  /** New memory, of at least so many bytes, with arbitrary content. */
  allocate(bytes: number): Uint8Array;
  /** Takes a segment back that nothing refers to any more. */
  release?(segment: Uint8Array): void;
}
