import assert from "node:assert/strict";
import test from "node:test";
import { permutation } from "../../lib/src/datasets/permutation";

test("each number once, the same order for the same seed", () => {
  for (const length of [0, 1, 2, 1000]) {
    const order = permutation(length, 42);
    assert.deepEqual(
      order.slice().sort(),
      Int32Array.from({ length }, (_, i) => i),
    );
    assert.deepEqual(permutation(length, 42), order);
  }
  assert.notDeepEqual(permutation(1000, 42), permutation(1000, 43));
});

test("the order does not change between versions", () => {
  assert.deepEqual(Array.from(permutation(8, 0)), [1, 5, 4, 6, 3, 7, 2, 0]);
});

test("every order of four is about as frequent", () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 24_000; seed++) {
    const key = permutation(4, seed).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  // Six standard deviations of a fair draw (1000 each).
  for (const [order, count] of counts) assert.ok(Math.abs(count - 1000) < 190, `${order}: ${count}`);
});
