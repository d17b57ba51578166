/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"),
 * the generator that PyTorch uses on CUDA. A number depends on its key and counter alone, so there is no state to
 * save: a resumed run draws what the unbroken run would have drawn.
 */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** Where a stream of random numbers starts. Two streams that differ in any field are independent. */
export interface RandomKey {
  seed: number;
  /** Which user of random numbers, for example the dropout layer's number. */
  site: number;
  /** The (micro-)step of training. Default 0. */
  step?: number;
  /** Number of the first element in the stream: where a part of a larger whole begins. Default 0. */
  first?: number;
}

/** High 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/**
 * Fills `out` with uniform unsigned 32-bit integers: element i of a stream is word i % 4 of the block with counter
 * (i / 4, site, step, 0) under the key (low and high half of the seed).
 */
export function randomUint32(out: Uint32Array, { seed, site, step = 0, first = 0 }: RandomKey): Uint32Array {
  const seedLow = seed >>> 0;
  const seedHigh = Math.floor(seed / 2 ** 32) >>> 0;
  for (let i = -(first % 4), block = Math.floor(first / 4); i < out.length; i += 4, block++) {
    let c0 = block;
    let c1 = site;
    let c2 = step;
    let c3 = 0;
    let k0 = seedLow;
    let k1 = seedHigh;
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = multiplyHigh(MULTIPLIER_0, c0);
      const high1 = multiplyHigh(MULTIPLIER_1, c2);
      const low0 = Math.imul(MULTIPLIER_0, c0);
      const low1 = Math.imul(MULTIPLIER_1, c2);
      c0 = (high1 ^ c1 ^ k0) >>> 0;
      c1 = low1 >>> 0;
      c2 = (high0 ^ c3 ^ k1) >>> 0;
      c3 = low0 >>> 0;
      k0 = (k0 + WEYL_0) >>> 0;
      k1 = (k1 + WEYL_1) >>> 0;
    }
    // The first block may begin before the first element.
    if (i >= 0) out[i] = c0;
    if (i + 1 >= 0 && i + 1 < out.length) out[i + 1] = c1;
    if (i + 2 >= 0 && i + 2 < out.length) out[i + 2] = c2;
    if (i + 3 < out.length) out[i + 3] = c3;
  }
  return out;
}

/** A random 32-bit integer below this one drops its element. */
export function dropoutThreshold(rate: number): number {
  return Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1);
}

/** What dropout multiplies the elements that it keeps with. */
export function dropoutScale(rate: number): number {
  return Math.fround(1 / (1 - rate));
}

/** `count` numbers from the normal distribution with mean 0 (Box-Muller transform of {@link randomUint32}). */
export function randomNormal(count: number, standardDeviation: number, key: RandomKey): Float32Array {
  const bits = randomUint32(new Uint32Array(count + (count % 2)), key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = standardDeviation * Math.sqrt(-2 * Math.log((bits[i]! + 1) / 2 ** 32));
    const angle = (2 * Math.PI * bits[i + 1]!) / 2 ** 32;
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** `count` numbers spread evenly between -bound and bound. */
export function randomUniform(count: number, bound: number, key: RandomKey): Float32Array {
  const bits = randomUint32(new Uint32Array(count), key);
  return Float32Array.from(bits, (word) => bound * (2 * ((word + 0.5) / 2 ** 32) - 1));
}

/** The integers 0 … length - 1 in random order (Fisher-Yates). */
export function randomPermutation(length: number, key: RandomKey): Int32Array {
  const bits = randomUint32(new Uint32Array(length), key);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor((bits[i]! / 2 ** 32) * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** Factors for `size` elements: 0 with probability `rate`, otherwise 1 / (1 - rate). */
export function dropoutMask(size: number, rate: number, key: RandomKey): Float32Array {
  const bits = randomUint32(new Uint32Array(size), key);
  const threshold = dropoutThreshold(rate);
  const kept = dropoutScale(rate);
  const mask = new Float32Array(size);
  for (let i = 0; i < size; i++) mask[i] = bits[i]! >= threshold ? kept : 0;
  return mask;
}
