// The ops in double precision, written for clarity: what the tests compare with.

/** The error function by its Taylor series; to 1e-13 for |x| below 4. */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));

/** x [rows, in] * weight [out, in]^T + bias [out] */
export function linear(x: Float64Array, weight: Float64Array, bias: Float64Array): Float64Array {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, place) => {
    const row = Math.floor(place / outputs);
    const column = place % outputs;
    let sum = bias[column]!;
    for (let i = 0; i < inputs; i++) sum += x[row * inputs + i]! * weight[column * inputs + i]!;
    return sum;
  });
}

/** Rows of gamma's length, normalised. */
export function layerNorm(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  eps: number,
): Float64Array {
  const width = gamma.length;
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const row = x.subarray(start, start + width);
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    for (let i = 0; i < width; i++)
      out[start + i] = ((row[i]! - mean) / Math.sqrt(variance + eps)) * gamma[i]! + beta[i]!;
  }
  return out;
}

export function softmax(x: readonly number[]): number[] {
  const largest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

/** Sum, element by element. */
export const add = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!);

/**
 * Attention within each sequence, one query at a time.
 *
 * @param mask  factors on the attention weights: sequence by sequence, head by head, row by row
 */
export function attention(
  [q, k, v]: readonly [Float64Array, Float64Array, Float64Array],
  offsets: readonly number[],
  heads: number,
  hidden: number,
  mask?: ArrayLike<number>,
  { bias, scale, window = 0 }: { bias?: Float64Array; scale?: number; window?: number } = {},
): Float64Array {
  const width = hidden / heads;
  const factor = scale ?? 1 / Math.sqrt(width);
  let pair = 0;
  const out = new Float64Array(q.length);
  let next = 0;
  for (let s = 0; s + 1 < offsets.length; s++) {
    const tokens = Array.from({ length: offsets[s + 1]! - offsets[s]! }, (_, i) => offsets[s]! + i);
    for (let head = 0; head < heads; head++) {
      const columns = Array.from({ length: width }, (_, i) => head * width + i);
      for (const query of tokens) {
        const scores = tokens.map((key) =>
          columns.reduce((sum, c) => sum + q[query * hidden + c]! * k[key * hidden + c]!, 0),
        );
        const biased = scores.map((score, i) =>
          window > 0 && Math.abs(tokens[i]! - query) > window
            ? -Infinity
            : score * factor + (bias?.[pair + i] ?? 0),
        );
        pair += tokens.length;
        const weights = softmax(biased);
        for (const [index, key] of tokens.entries()) {
          const weight = weights[index]! * (mask?.[next++] ?? 1);
          for (const c of columns) out[query * hidden + c]! += weight * v[key * hidden + c]!;
        }
      }
    }
  }
  return out;
}
