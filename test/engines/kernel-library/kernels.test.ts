import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelLibrary, Operand } from "../../../lib/src/engines/kernel-library";
import { loadAddon } from "../../../lib/src/engines/native/addon";
import { randomNormal, randomUint32 } from "../../../lib/src/random";
import { noNative } from "../../engine";
import { floatsOf, onEachLibrary } from "./libraries";

const normal = (size: number, site: number): Float32Array => randomNormal(size, 1, { seed: 5, site });

/** To bf16 and back: what a product makes of its operands. */
function rounded(library: KernelLibrary, x: Float32Array): { bits: Uint16Array; values: Float32Array } {
  const bits = new Uint16Array(x.length);
  library.toBfloat16(bits, x);
  return { bits, values: new Float32Array(Uint32Array.from(bits, (word) => word << 16).buffer) };
}

interface Product {
  batch: number;
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
}

function expectedProduct(a: Float32Array, b: Float32Array, p: Product): Float64Array {
  const out = new Float64Array(p.batch * p.m * p.n);
  for (let s = 0; s < p.batch; s++) {
    for (let i = 0; i < p.m; i++) {
      for (let j = 0; j < p.n; j++) {
        let sum = 0;
        for (let l = 0; l < p.k; l++) {
          const left = s * p.m * p.k + (p.transposeA ? l * p.m + i : i * p.k + l);
          const right = s * p.k * p.n + (p.transposeB ? j * p.k + l : l * p.n + j);
          sum += a[left]! * b[right]!;
        }
        out[(s * p.m + i) * p.n + j] = sum;
      }
    }
  }
  return out;
}

const NO_BFLOAT16 = "the processor has no bf16";

onEachLibrary("kernels", (open, name) => {
  const precisions = name === "wasm" ? ["f32"] : ["f32", "bf16"];
  for (const precision of precisions) {
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      test(`matmul in ${precision}, ${transposeA ? "A^T" : "A"} * ${transposeB ? "B^T" : "B"}`, async (t) => {
        const { library, hasBfloat16Products } = await open();
        if (precision === "bf16" && !hasBfloat16Products) return t.skip(NO_BFLOAT16);
        for (const [batch, m, n, k] of [
          [1, 1, 1, 1],
          [1, 5, 3, 7],
          [1, 33, 64, 37],
          [3, 4, 5, 6],
          // More than one panel of the inner dimension, and more than one thread.
          [1, 67, 130, 300],
          // A few rows, whose weights are read as they lie: less than a tile, several, and rows as long as pages.
          [1, 2, 12, 96],
          [1, 13, 20, 160],
          [1, 31, 8, 2048],
          [1, 47, 4, 64],
          // A second operand with rows so long that AVX2 has it transposed.
          [1, 40, 2051, 18],
        ] as const) {
          const product = { batch, m, n, k, transposeA, transposeB };
          // Room for rows up to a multiple of 32, filled with what must not matter.
          const room = (size: number, width: number) => size + 32 * width;
          const floats = (site: number, size: number, width: number) => {
            const x = new Float32Array(room(size, width)).fill(NaN);
            x.set(normal(size, site));
            return x;
          };
          const [a, b] = [floats(1, batch * m * k, Math.max(m, k)), floats(2, batch * k * n, Math.max(k, n))];
          const [x, y] =
            precision === "bf16" ? [rounded(library, a), rounded(library, b)] : [undefined, undefined];
          const operands: [Operand, Operand] = x && y ? [x.bits, y.bits] : [a, b];
          const expected = expectedProduct(x?.values ?? a, y?.values ?? b, product);
          const bias = normal(n, 3);
          const out = new Float32Array(room(batch * m * n, n));
          library.matmul(out, ...operands, batch, m, n, k, transposeA, transposeB, bias, false);
          expected.forEach((value, i) =>
            assert.ok(Math.abs(out[i]! - value - bias[i % n]!) < 1e-4 + 1e-7 * k, `${m}x${n}x${k}`),
          );
          library.matmul(out, ...operands, batch, m, n, k, transposeA, transposeB, null, true);
          expected.forEach((value, i) =>
            assert.ok(Math.abs(out[i]! - 2 * value - bias[i % n]!) < 2e-4 + 2e-7 * k),
          );
        }
      });
    }
  }

  for (const precision of precisions) {
    test(`weightGradient in ${precision} is the product of both operands' columns, and returns the sum of its squares`, async (t) => {
      const opened = await open();
      const { library } = opened;
      const isBf16 = precision === "bf16";
      if (isBf16 && !opened.hasBfloat16Products) return t.skip(NO_BFLOAT16);
      for (const [tokens, outputs, inputs] of [
        [1, 1, 1],
        [2, 8, 48],
        [37, 9, 17],
        [64, 17, 95],
        [13, 200, 33],
        // More tokens than are summed at a time, and a result that is written past the caches.
        [1500, 3, 20],
        [3, 512, 528],
      ] as const) {
        // What follows the operands must not matter.
        const operand = (columns: number, site: number) => {
          const values = new Float32Array((tokens + 32) * columns).fill(NaN);
          values.set(normal(tokens * columns, site));
          return isBf16 ? rounded(library, values) : { values, bits: values };
        };
        const [dy, x] = [operand(outputs, 1), operand(inputs, 2)];
        const shape = { batch: 1, m: outputs, n: inputs, k: tokens, transposeA: true, transposeB: false };
        const expected = expectedProduct(dy.values, x.values, shape);
        const memory = floatsOf(opened, expected.length + 64).fill(-1);
        const out = memory.subarray(16, 16 + expected.length);
        const squares = library.weightGradient(out, dy.bits, x.bits, tokens, outputs, inputs);
        const label = `${tokens} tokens, ${outputs} x ${inputs}`;
        expected.forEach((value, i) => assert.ok(Math.abs(out[i]! - value) < 2e-4, label));
        const sum = expected.reduce((total, value) => total + value ** 2, 0);
        assert.ok(Math.abs(squares / sum - 1) < 1e-5, label);
        assert.ok(memory.subarray(0, 16).every((value) => value === -1));
        assert.ok(memory.subarray(16 + expected.length).every((value) => value === -1));
      }
    });
  }

  test("adamw's bf16 copy is the weight that it writes, in tensors of any size", async () => {
    const { library, segments } = await open();
    for (const size of [1, 15, 17, 5000, 2 ** 18 + 7]) {
      const array = (site: number) => normal(size, site);
      const [weight, gradient, first] = [array(1), array(2), array(3)];
      const second = array(4).map(Math.abs);
      const { buffer, byteOffset } = segments.allocate(2 * size + 64);
      const copy = new Uint16Array(buffer, byteOffset, size + 16).fill(7);
      const written = copy.subarray(0, size);
      library.adamw(weight, gradient, first, second, written, 1e-2, 0.9, 0.999, 1e-8, 0.99, 1.5, 0.5);
      assert.deepEqual(written, rounded(library, weight).bits, `${size} elements`);
      assert.ok(copy.subarray(size).every((value) => value === 7));
    }
  });

  test("toBfloat16 rounds to the nearest, ties to even, and keeps NaN and infinities", async () => {
    const { library } = await open();
    const cases: [number, number][] = [
      [1, 0x3f80],
      [1 + 2 ** -8, 0x3f80], // a tie, down to even
      [1 + 3 * 2 ** -8, 0x3f82], // a tie, up to even
      [1 + 2 ** -8 + 2 ** -20, 0x3f81],
      [-0, 0x8000],
      [Infinity, 0x7f80],
      [3.4e38, 0x7f80],
    ];
    const bits = new Uint16Array(cases.length + 1);
    library.toBfloat16(bits, Float32Array.from([...cases.map(([x]) => x), NaN]));
    assert.deepEqual(
      [...bits.subarray(0, -1)],
      cases.map(([, expected]) => expected),
    );
    assert.equal(bits.at(-1)! & 0x7fc0, 0x7fc0);
  });

  test("dropout draws the numbers of lib/src/random.ts, wherever a thread begins", async () => {
    const { library } = await open();
    const size = 64 * 1024 + 13;
    const key = { seed: 2 ** 40 + 12345, site: 7, step: 99 };
    const out = new Float32Array(size);
    const threshold = 2 ** 31;
    for (const first of [0, 4096, 7, 3 * 2 ** 32 + 1]) {
      library.dropout(out, new Float32Array(size).fill(1), threshold, 2, key.seed, key.site, key.step, first);
      const bits = randomUint32(new Uint32Array(size), { ...key, first });
      assert.ok(out.every((value, i) => value === (bits[i]! >= threshold ? 2 : 0)));
    }
  });

  test("a wrong call throws", async () => {
    const { library } = await open();
    const f = (size: number) => new Float32Array(size);
    const ints = (...values: number[]) => Int32Array.from(values);
    const none = [0, 1, 0, 0, 0, 0] as const;
    const wrong: [RegExp, () => void][] = [
      [
        /out has 3 elements; at least 4/,
        () => library.matmul(f(3), f(4), f(4), 1, 2, 2, 2, false, false, null, false),
      ],
      [/a has 3 elements/, () => library.matmul(f(4), f(3), f(4), 1, 2, 2, 2, false, false, null, false)],
      [
        name === "wasm" ? /a must be a Float32Array/ : /b must be a Uint16Array/,
        () => library.matmul(f(4), new Uint16Array(4), f(4), 1, 2, 2, 2, false, false, null, false),
      ],
      [
        /bias has 1 elements instead of 2/,
        () => library.matmul(f(4), f(4), f(4), 1, 2, 2, 2, false, false, f(1), false),
      ],
      [/m must be an integer/, () => library.matmul(f(4), f(4), f(4), 1, 0, 2, 2, false, false, null, false)],
      [
        /k must be an integer/,
        () => library.matmul(f(4), f(4), f(4), 1, 2, 2, 1.5, false, false, null, false),
      ],
      [
        /n must be an integer/,
        () => library.matmul(f(4), f(4), f(4), 1, 2, 2 ** 40, 2, false, false, null, false),
      ],
      [
        /transposeA must be true or false/,
        () => library.matmul(f(4), f(4), f(4), 1, 2, 2, 2, 1 as never, false, null, false),
      ],
      [/out has 3 elements/, () => library.toBfloat16(new Uint16Array(3), f(4))],
      [/x must be a Float32Array/, () => library.gelu(f(4), new Float64Array(4) as never)],
      [/b has 3 elements/, () => library.add(f(4), f(4), f(3))],
      [/x has 5 elements/, () => library.columnSum(f(2), f(5), 3, 2)],
      [/ids has 5 at 1/, () => library.scatterAdd(f(6), f(4), ints(0, 5), 3, 2, -1)],
      [/ids has -1 at 0/, () => library.scatterAdd(f(6), f(4), ints(-1, 0), 3, 2, -1)],
      [
        /gamma has 1 elements/,
        () => library.dropoutAddLayerNorm(f(4), f(4), null, f(1), f(2), 2, 2, 1e-12, ...none),
      ],
      [/threshold must be below/, () => library.dropout(f(4), f(4), 2 ** 32, 1, 0, 0, 0, 0)],
      [/first must be an integer/, () => library.dropout(f(4), f(4), 1, 1, 0, 0, 0, -1)],
      [
        /offsets must begin with 0/,
        () => library.packedAttention(f(4), f(4), f(4), f(4), ints(1, 2), 2, 1, 1, 0, null, ...none),
      ],
      [
        /offsets must ascend/,
        () => library.packedAttention(f(4), f(4), f(4), f(4), ints(0, 2, 1), 2, 1, 1, 0, null, ...none),
      ],
      [
        /offsets must end with/,
        () => library.packedAttention(f(4), f(4), f(4), f(4), ints(0, 3), 2, 1, 1, 0, null, ...none),
      ],
      [
        /hidden is not a multiple/,
        () => library.packedAttention(f(4), f(4), f(4), f(4), ints(0, 2), 2, 3, 1, 0, null, ...none),
      ],
      [/labels has 2 at 0/, () => void library.crossEntropy(f(4), ints(2, 0), 2, 2, 0)],
      [/first has 3 elements/, () => library.adamw(f(4), f(4), f(3), f(4), null, 1, 1, 1, 1, 1, 1, 1)],
      [
        /rows has 2 at 0/,
        () => library.adamwRows(f(4), null, f(4), f(4), ints(2), ints(0, 0), f(3), 1, 2, 1, 1, 1, 1),
      ],
      [
        /older than the history/,
        () => library.adamwRows(f(4), null, f(4), f(4), ints(0), ints(0, 0), f(3), 2, 2, 1, 1, 1, 1),
      ],
    ];
    for (const [message, call] of wrong) assert.throws(call, message);
    // No arguments at all, for each function.
    for (const [name, call] of Object.entries(library) as [string, () => void][]) {
      if (name !== "description") assert.throws(() => call(), TypeError, name);
    }
  });
});

test("a segment of no bytes is refused by the addon", { skip: noNative }, () => {
  assert.throws(() => loadAddon().allocateSegment(0), /bytes must be/);
});
