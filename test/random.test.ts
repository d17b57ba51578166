import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dropoutMask,
  randomNormal,
  randomPermutation,
  randomUint32,
  type RandomKey,
} from "../lib/src/random";

type Words = readonly [number, number, number, number];

/** Philox4x32-10 in big integers, straight from the paper's figure. */
function philox(counter: Words, key: readonly [number, number]): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0;
    const product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & mask,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

test("the big-integer Philox gives Random123's known answers (kat_vectors, philox4x32 10)", () => {
  const ones = 0xffffffff;
  const cases: [Words, [number, number], number[]][] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [counter, key, expected] of cases) assert.deepEqual(philox(counter, key), expected);
});

test("randomUint32 with everything 0 is the known answer", () => {
  const words = randomUint32(new Uint32Array(4), { seed: 0, site: 0 });
  assert.deepEqual([...words], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

test("a stream may begin at any of its elements", () => {
  const key = { seed: 7, site: 3, step: 5 };
  const whole = randomUint32(new Uint32Array(40), key);
  for (let first = 0; first < 12; first++) {
    for (const size of [0, 1, 2, 3, 4, 5, 28]) {
      const part = randomUint32(new Uint32Array(size), { ...key, first });
      assert.deepEqual(part, whole.slice(first, first + size));
    }
  }
});

test("randomUint32 is Philox with the counter (block, site, step, 0) and the seed's halves as key", () => {
  const keys: RandomKey[] = [
    { seed: 42, site: 7, step: 1000 },
    { seed: 2 ** 53 - 1, site: 2 ** 32 - 1, step: 2 ** 32 - 1 },
    { seed: 2 ** 32 + 5, site: 0 },
    { seed: 0xa4093822, site: 0x85a308d3, step: 0x13198a2e },
  ];
  for (const key of keys) {
    const { seed, site, step = 0 } = key;
    const words = randomUint32(new Uint32Array(10), key);
    const halves = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
    const blocks = [0, 1, 2].flatMap((block) => philox([block, site, step, 0], halves));
    assert.deepEqual([...words], blocks.slice(0, 10));
  }
});

test("randomNormal has the mean and deviation asked for, and no outliers that Box-Muller cannot give", () => {
  const count = 50_001;
  const values = randomNormal(count, 0.02, { seed: 1, site: 2 });
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / count);
  assert.ok(Math.abs(mean) < (5 * 0.02) / Math.sqrt(count), `mean ${mean}`);
  assert.ok(Math.abs(deviation / 0.02 - 1) < 0.02, `deviation ${deviation}`);
  assert.ok(values.every((value) => Number.isFinite(value) && Math.abs(value) < 0.02 * 7));
  assert.equal(randomNormal(0, 1, { seed: 1, site: 2 }).length, 0);
});

test("randomPermutation holds each number once, in another order at each step", () => {
  const order = randomPermutation(1000, { seed: 3, site: 4 });
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual(randomPermutation(1000, { seed: 3, site: 4 }), order);
  assert.notDeepEqual(randomPermutation(1000, { seed: 3, site: 4, step: 1 }), order);
  assert.deepEqual([...randomPermutation(1, { seed: 3, site: 4 })], [0]);
  assert.equal(randomPermutation(0, { seed: 3, site: 4 }).length, 0);
});

test("randomPermutation favours no place", () => {
  const counts = new Int32Array(5);
  const runs = 20_000;
  for (let step = 0; step < runs; step++) {
    const place = randomPermutation(5, { seed: 5, site: 0, step }).indexOf(0);
    counts[place]!++;
  }
  for (const count of counts)
    assert.ok(Math.abs(count - runs / 5) < 5 * Math.sqrt(runs * 0.16), counts.join());
});

test("dropoutMask at the ends of its range", () => {
  assert.ok(dropoutMask(1000, 0, { seed: 1, site: 1 }).every((factor) => factor === 1));
  assert.ok(
    dropoutMask(1000, 0.999999, { seed: 1, site: 1 }).every((factor) => factor === 0 || factor > 9e5),
  );
});
