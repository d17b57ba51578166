import assert from "node:assert/strict";
import test from "node:test";
import { PythonRandom } from "../../bench/python-random";

const shuffled = (seed: number, length: number) => {
  const items = Array.from({ length }, (_, i) => i);
  new PythonRandom(seed).shuffle(items);
  return items;
};

test("shuffles as Python's random.seed and random.shuffle do", () => {
  assert.deepEqual(shuffled(0, 10), [7, 8, 1, 5, 3, 4, 2, 0, 9, 6]);
  // More numbers than the generator makes at a time.
  const long = shuffled(0, 1000);
  assert.deepEqual(long.slice(0, 5), [439, 621, 160, 549, 237]);
  assert.deepEqual(long.slice(-5), [430, 911, 776, 394, 864]);
  assert.deepEqual(shuffled(4294967295, 6), [2, 3, 0, 1, 4, 5]);
});
