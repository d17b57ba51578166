import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAddon } from "../../../lib/src/engines/native/addon";
import { randomNormal } from "../../../lib/src/random";
import { noNative } from "../../engine";

test(
  "kernels calculate on so many threads as they are told, and draw the same",
  { skip: noNative },
  (context) => {
    const addon = loadAddon();
    const before = addon.description().threads;
    context.after(() => addon.setThreads(before));
    const x = randomNormal(10_000, 1, { seed: 1, site: 1 });
    const results = [1, 3].map((threads) => {
      addon.setThreads(threads);
      assert.equal(addon.description().threads, threads);
      const out = new Float32Array(x.length);
      addon.dropout(out, x, 2 ** 30, 4 / 3, 1, 2, 3, 0);
      return out;
    });
    assert.deepEqual(results[0], results[1]);
  },
);

test("a number of threads that cannot be is refused", { skip: noNative }, () => {
  const addon = loadAddon();
  for (const threads of [0, -1, 1.5, NaN, 1025, "2", undefined]) {
    assert.throws(() => addon.setThreads(threads as number), /threads/);
  }
});
