/**
 * The order in which the generated reviews are drawn, frozen with them: the numbers 0 to length - 1 in random order, the
 * same for the same seed on every machine. Fisher-Yates over xoshiro128** (Blackman and Vigna 2018), its state filled
 * from the seed by splitmix32.
 *
 * @param length how many
 * @param seed   any integer; its lower 32 bits count
 */
export function permutation(length: number, seed: number): Int32Array {
  const next = xoshiro128(seed);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = below(i + 1, next);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** Draws uniform integers in [0, bound), the same ones for the same seed. */
export function randomBelow(seed: number): (bound: number) => number {
  const next = xoshiro128(seed);
  return (bound) => below(bound, next);
}

/** A uniform integer in [0, bound): draws from the incomplete last stretch of the 2^32 are thrown away. */
function below(bound: number, next: () => number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let drawn = next();
  while (drawn >= limit) drawn = next();
  return drawn % bound;
}

const rotateLeft = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits));

/** Uniform 32-bit numbers, without sign. */
function xoshiro128(seed: number): () => number {
  let filled = seed | 0;
  const splitmix = () => {
    filled = (filled + 0x9e3779b9) | 0;
    let z = filled ^ (filled >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result >>> 0;
  };
}
