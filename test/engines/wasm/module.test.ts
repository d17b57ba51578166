import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { EngineError } from "../../../lib/src/errors";
import { loadModule } from "../../../lib/src/engines/wasm/module";
import { randomNormal } from "../../../lib/src/random";

const ROOT = path.resolve(__dirname, "../../..");

const floats = (segment: Uint8Array) =>
  new Float32Array(segment.buffer, segment.byteOffset, segment.byteLength / 4);

test("arrays in the module's memory and JavaScript's own give the same, also where memory grows meanwhile", async () => {
  const { library, segments } = await loadModule(2);
  const values = randomNormal(5000, 1, { seed: 1, site: 1 });
  const x = floats(segments.allocate(4 * values.length));
  x.set(values);
  const inside = floats(segments.allocate(4 * values.length));
  library.gelu(inside, x);
  const large = segments.allocate(300 * 2 ** 20);
  const outside = new Float32Array(values.length);
  library.gelu(outside, values);
  assert.deepEqual(outside, inside.slice());
  // The old arrays go on, and new memory is told from JavaScript's own.
  const grown = floats(large).subarray(7, 7 + values.length);
  library.gelu(grown, x);
  assert.deepEqual(grown.slice(), outside);
});

test("what is given back is given out again, and neighbours as one", async () => {
  const { segments } = await loadModule(1);
  const three = [1, 2, 3].map(() => segments.allocate(2 ** 20 - 5));
  const behind = segments.allocate(10);
  for (const index of [2, 0, 1]) segments.release!(three[index]!);
  const whole = segments.allocate(3 * 2 ** 20);
  assert.equal(whole.byteOffset, three[0]!.byteOffset);
  assert.ok(segments.allocate(10).byteOffset > behind.byteOffset);
  segments.release!(whole);
  assert.equal(segments.allocate(2 ** 20).byteOffset, whole.byteOffset);
});

test("more memory than there is, is an error of the engine that leaves it usable", async () => {
  const { library, segments } = await loadModule(2);
  const taken: Uint8Array[] = [];
  const takeAll = () => {
    for (;;) taken.push(segments.allocate(2 ** 30));
  };
  assert.throws(
    takeAll,
    (error) => error instanceof EngineError && /ran out of memory: it has 4 GB/.test(error.message),
  );
  taken.forEach((segment) => segments.release!(segment));
  assert.throws(() => segments.allocate(2 ** 33), EngineError);
  const out = new Float32Array(3);
  library.add(out, Float32Array.of(1, 2, 3), Float32Array.of(1, 1, 1));
  assert.deepEqual([...out], [2, 3, 4]);
});

test("a task that runs out of memory, on whatever thread, is an error, and the threads go on", async () => {
  const { library, segments } = await loadModule(2);
  const [a, b, out] = [1, 2, 3].map(() => floats(segments.allocate(4 * 256 * 4096)).fill(1)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const product = () => library.matmul(out, a, b, 1, 256, 4096, 256, false, false, null, false);
  const taken: Uint8Array[] = [];
  for (let bytes = 2 ** 30; bytes >= 2 ** 20; bytes /= 2) {
    try {
      for (;;) taken.push(segments.allocate(bytes));
    } catch {
      // The next smaller ones. What is left is not enough for a panel of the product.
    }
  }
  assert.throws(product, (error) => error instanceof EngineError && /ran out of memory/.test(error.message));
  taken.forEach((segment) => segments.release!(segment));
  product();
  assert.ok(out.every((value) => value === 256));
});

test("the first kernel of a fresh module may run on all threads", async () => {
  const [tokens, hidden] = [400, 128];
  const table = randomNormal(10 * hidden, 1, { seed: 1, site: 1 });
  const ids = Int32Array.from({ length: tokens }, (_, i) => i % 10);
  const ones = new Float32Array(hidden).fill(1);
  let expected: Float32Array | undefined;
  for (let i = 0; i < 10; i++) {
    const { library } = await loadModule(3);
    const out = new Float32Array(tokens * hidden);
    library.embeddingsLayerNorm(
      ...([out, table, table, table, ids, ids, ids, ones, ones] as const),
      ...([tokens, hidden, 1e-12] as const),
    );
    assert.deepEqual(out, (expected ??= out));
  }
});

test("one thread and several draw the same dropout and give the same products", async () => {
  const [one, three] = [await loadModule(1), await loadModule(3)];
  const [m, n, k] = [100, 90, 310];
  const a = randomNormal(m * k, 1, { seed: 1, site: 1 });
  const b = randomNormal(n * k, 1, { seed: 1, site: 2 });
  const results = [one, three].map(({ library }) => {
    const product = new Float32Array(m * n);
    library.matmul(product, a, b, 1, m, n, k, false, true, null, false);
    const dropped = new Float32Array(a.length);
    library.dropout(dropped, a, 2 ** 31, 2, 1, 2, 3, 0);
    return [product, dropped];
  });
  assert.deepEqual(results[0], results[1]);
});

test("threads that wait do not keep the process alive", async () => {
  const source = `require("./lib/src/engines/wasm/module.ts").loadModule(3).then(() => console.log("loaded"))`;
  const args = ["--import", "tsx", "--input-type=commonjs", "--eval", source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: 60_000 });
  assert.equal(stdout, "loaded\n");
});
