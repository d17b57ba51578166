import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { KernelLibrary } from "../../../lib/src/engines/kernel-library";
import { onEachLibrary } from "./libraries";
import { FUNCTIONS, type Parameter } from "./signatures";

/**
 * Every function of the addon, called with every argument wrong in every way: each call has to be refused by name, and
 * no call, refused or not, may write outside its arrays. `npm run test:sanitized` also notices reads.
 */

const isArray = ({ kind }: Parameter) => kind === "floats" || kind === "bits" || kind === "ints";

/** Bytes on either side of an array that have to stay as they are. */
const GUARD = 256;
const GUARD_BYTE = 0xa5;

type Values = Float32Array | Uint16Array | Int32Array;

/** A right argument; an array lies in the middle of a guarded buffer, or exactly fills its own. */
function right({ kind, value }: Parameter, guarded: boolean, resizedBy = 0): unknown {
  if (kind !== "floats" && kind !== "bits" && kind !== "ints") return value;
  const Type = { floats: Float32Array, bits: Uint16Array, ints: Int32Array }[kind];
  const size = (typeof value === "number" ? value : (value as number[]).length) + resizedBy;
  const bytes = size * Type.BYTES_PER_ELEMENT;
  const buffer = new Uint8Array(guarded ? bytes + 2 * GUARD : bytes).fill(GUARD_BYTE).buffer;
  const array = new Type(buffer, guarded ? GUARD : 0, size);
  if (kind === "ints") array.fill(0).set((value as number[]).slice(0, size));
  else array.forEach((_, i) => (array[i] = kind === "bits" ? 0x3f80 : Math.sin(i + 1)));
  return array;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** The library that is called. */
let library: KernelLibrary;

/** Calls a function; whatever comes of it, nothing outside its arrays has changed. */
function call(name: string, args: unknown[]): void {
  const views = args.filter((arg): arg is Values => ArrayBuffer.isView(arg) && !(arg instanceof DataView));
  try {
    (library as unknown as Functions)[name]!(...args);
  } finally {
    for (const view of views) {
      // Given away, or of no length.
      if (view.buffer.byteLength === 0) continue;
      const all = new Uint8Array(view.buffer);
      const end = view.byteOffset + view.byteLength;
      assert.ok(
        all.subarray(0, view.byteOffset).every((byte) => byte === GUARD_BYTE),
        `${name}: before`,
      );
      assert.ok(
        all.subarray(end).every((byte) => byte === GUARD_BYTE),
        `${name}: behind`,
      );
    }
  }
}

const describeValue = (value: unknown): string =>
  ArrayBuffer.isView(value)
    ? `${value.constructor.name} of ${value.byteLength} bytes`
    : typeof value === "bigint"
      ? `${value}n`
      : (JSON.stringify(value) ?? String(value));

/** Refused with a TypeError or RangeError that names the function and one of its arguments. */
function isRefused(name: string, parameters: Parameter[], args: unknown[], what: string, culprit?: string) {
  const names = culprit ?? parameters.map((parameter) => parameter.name).join("|");
  const message = new RegExp(`^${name}: (${names}) `);
  assert.throws(
    () => call(name, args),
    (error: Error) => {
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${what}: ${error.name}`);
      assert.match(error.message, message, what);
      return true;
    },
    what,
  );
}

/** Names of what functions write to. */
const OUTPUTS = new Set(
  "out table dx dgamma dbeta dq dk dv dbias dqkv dpositionKeys dpositionQueries weight first second dweight dresidual".split(
    " ",
  ),
);

/** Functions that take their operands in f32 or in bf16. */
const PRODUCTS = ["matmul", "weightGradient"];

const NOT_NUMBERS = [undefined, null, "2", "", 2n, true, {}, [2], Symbol("2"), () => 2];
const NOT_INTEGERS = [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 64, 1e300, -1e300];

/** Values of which none is right, by kind. */
function wrongValues({ kind, value, optional, free }: Parameter): unknown[] {
  switch (kind) {
    case "number":
      return NOT_NUMBERS;
    case "boolean":
      return [undefined, null, 0, 1, "true", {}];
    case "word":
      return [...NOT_NUMBERS, ...NOT_INTEGERS, 2 ** 32];
    case "integer":
      return [...NOT_NUMBERS, ...NOT_INTEGERS];
    case "length":
      return [...NOT_NUMBERS, ...NOT_INTEGERS, 0, ...(free ? [2 ** 32 + 1] : [2 ** 31, 2 ** 32])];
    default: {
      const accepted = { floats: Float32Array, bits: Uint16Array, ints: Int32Array }[kind];
      const others = [
        ...[Float32Array, Float64Array, Int32Array, Uint32Array, Int16Array, Uint16Array, Uint8Array],
        BigInt64Array,
      ].filter((type) => type !== accepted);
      const size = Array.isArray(value) ? value.length : Number(value);
      return [
        ...others.map((type) => new type(size)),
        ...(optional ? [] : [undefined, null]),
        ...[0, 8, "", "x", true, {}, { length: size }, Array.from({ length: size }, () => 0)],
        ...[new ArrayBuffer(4 * size), new DataView(new ArrayBuffer(4 * size))],
        new Proxy(new accepted(size), {}),
      ];
    }
  }
}

onEachLibrary("wrong calls", (open, form) => {
  const isWasm = form === "wasm";
  let hasBfloat16Products = false;

  before(async () => {
    ({ library, hasBfloat16Products } = await open());
  });

  test("every function is in the table", () => {
    const own = isWasm ? [] : ["description", "setThreads", "allocateSegment", "mapFile"];
    const known = new Set([...own, ...FUNCTIONS.map(([name]) => name)]);
    assert.deepEqual(new Set(Object.keys(library)), known);
  });

  for (const [index, [name, parameters]] of FUNCTIONS.entries()) {
    // It has no products of bf16 numbers.
    if (isWasm && parameters.some(({ kind }) => kind === "bits") && PRODUCTS.includes(name)) continue;
    const rightArguments = (guarded = true) => parameters.map((parameter) => right(parameter, guarded));
    const withOne = (position: number, value: unknown) =>
      rightArguments().map((arg, i) => (i === position ? value : arg));
    const label = FUNCTIONS[index - 1]?.[0] === name ? `${name} in bf16` : name;

    test(`${label}: a right call is taken, and stays within its arrays`, (t) => {
      const isBfloat16Product = PRODUCTS.includes(name) && parameters.some(({ kind }) => kind === "bits");
      if (isBfloat16Product && !hasBfloat16Products) return t.skip("the processor has no bf16");
      call(name, rightArguments(false));
      call(name, rightArguments(true));
      const without = parameters.map((p) => (p.optional ? null : right(p, false)));
      call(name, without);
    });

    test(`${label}: arguments of another type or out of range`, () => {
      for (const [position, parameter] of parameters.entries()) {
        for (const value of wrongValues(parameter)) {
          const what = `${parameter.name} = ${describeValue(value)}`;
          // An operand of another type makes it another product, of which the other operand is then wrong.
          const culprit = PRODUCTS.includes(name) && isArray(parameter) ? undefined : parameter.name;
          isRefused(name, parameters, withOne(position, value), what, culprit);
        }
      }
    });

    test(`${label}: too few arguments`, () => {
      const needed = Math.max(...parameters.map(({ optional }, i) => (optional ? -1 : i)));
      for (let count = 0; count <= needed; count++) {
        isRefused(name, parameters, rightArguments().slice(0, count), `${count} arguments`);
      }
    });

    test(`${label}: arrays and sizes that do not fit each other`, () => {
      for (const [position, parameter] of parameters.entries()) {
        const wrong: unknown[] = [];
        if (isArray(parameter)) {
          const size = (right(parameter, false) as Values).length;
          if (!parameter.shorter) wrong.push(right(parameter, true, -1), right(parameter, true, -size));
          if (!parameter.longer) wrong.push(right(parameter, true, 1));
        } else if (parameter.kind === "length" && !parameter.free) {
          wrong.push(Number(parameter.value) + 1, 2 ** 31 - 1);
        }
        for (const value of wrong) {
          const what = `${parameter.name} = ${describeValue(value)}`;
          isRefused(name, parameters, withOne(position, value), what);
        }
      }
    });

    test(`${label}: an array that was given away`, () => {
      const giveAway = (array: Values) => {
        structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
        return array;
      };
      for (const [position, parameter] of parameters.entries()) {
        if (!isArray(parameter)) continue;
        const gone = giveAway(right(parameter, false) as Values);
        if (parameter.shorter) call(name, withOne(position, gone));
        else isRefused(name, parameters, withOne(position, gone), parameter.name);
      }
      // With none of them left there may be nothing to do; it just must not touch what is gone.
      const args = rightArguments(false).map((arg) =>
        ArrayBuffer.isView(arg) ? giveAway(arg as Values) : arg,
      );
      try {
        call(name, args);
      } catch (error) {
        assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
      }
    });

    test(`${label}: numbers that are no ordinary ones do no harm`, () => {
      for (const [position, { kind }] of parameters.entries()) {
        if (kind !== "number") continue;
        for (const value of [NaN, Infinity, -Infinity, -0, 1e300, -1e300, 5e-324]) {
          if (parameters[position]!.name !== "skippedId") call(name, withOne(position, value));
        }
      }
    });
  }

  // WebAssembly's library takes copies of such arrays.
  if (!isWasm) {
    for (const [name, parameters] of FUNCTIONS) {
      for (const [place, places] of parameters.entries()) {
        if (places.kind !== "ints") continue;
        test(`${name}: ${places.name} in memory that the call writes to, or that is shared`, () => {
          const rightArguments = parameters.map((parameter) => right(parameter, false));
          const numbers = places.value as number[];
          const withPlace = (value: unknown) => rightArguments.map((arg, i) => (i === place ? value : arg));
          for (const [position, parameter] of parameters.entries()) {
            const written = parameter.kind === "floats" && OUTPUTS.has(parameter.name);
            if (
              !written &&
              !(parameter.kind === "ints" && parameter.name === "updates" && position !== place)
            )
              continue;
            const size = (rightArguments[position] as Values).length;
            const buffer = new ArrayBuffer(4 * Math.max(size, numbers.length));
            const output =
              parameter.kind === "ints" ? new Int32Array(buffer, 0, size) : new Float32Array(buffer, 0, size);
            const overlapping = new Int32Array(buffer, 0, numbers.length);
            overlapping.set(numbers);
            const args = rightArguments.map((arg, i) =>
              i === position ? output : i === place ? overlapping : arg,
            );
            assert.throws(
              () => (library as unknown as Functions)[name]!(...args),
              new RegExp(`^RangeError: ${name}: ${parameter.name} lies in the memory of an input`),
            );
          }
          const shared = new Int32Array(new SharedArrayBuffer(4 * numbers.length));
          shared.set(numbers);
          isRefused(name, parameters, withPlace(shared), "shared", places.name);
        });
      }
    }
  }

  const f = (size: number) => new Float32Array(size);
  const table = (name: string) => FUNCTIONS.find(([known]) => known === name)![1];

  test("sizes whose product has no 64 bits", () => {
    const [big, half] = [2 ** 31 - 1, 2 ** 30];
    for (const [batch, m, n, k] of [
      [half, half, 16, 1],
      [half, half, 1, 16],
      [half, 1, half, 16],
      [half, 2 ** 17, 2 ** 17, 1],
      [big, big, big, big],
      [1, big, big, big],
    ]) {
      for (const type of [Float32Array, Uint16Array]) {
        const args = [f(0), new type(0), new type(0), batch, m, n, k, false, false, null, false];
        isRefused("matmul", table("matmul"), args, [batch, m, n, k].join(" x "));
      }
    }
    const none = [0, 1, 0, 0, 0];
    isRefused("columnSum", table("columnSum"), [f(0), f(0), big, big], "columnSum");
    const norm = [f(0), f(0), null, f(0), f(0), big, big, 0, ...none];
    isRefused("dropoutAddLayerNorm", table("dropoutAddLayerNorm"), norm, "dropoutAddLayerNorm");
    const ids = new Int32Array(0);
    isRefused("scatterAdd", table("scatterAdd"), [f(0), f(0), ids, big, big, -1], "scatterAdd");
    isRefused("crossEntropy", table("crossEntropy"), [f(0), ids, big, big, 0], "crossEntropy");
  });

  test("numbers of rows and labels outside their tables, offsets that do not ascend", () => {
    const wrong: [name: string, argument: string, values: number[]][] = [
      ["embeddingsLayerNorm", "ids", [3, 0, 1, 2, 4]],
      ["embeddingsLayerNorm", "positions", [0, 1, 2, 3, 6]],
      ["embeddingsLayerNorm", "tokenTypes", [0, 0, 1, 2, 0]],
      ["embeddingsLayerNormGradient", "ids", [3, 0, -1, 2, 3]],
      ["embeddingsLayerNormGradient", "tokenTypes", [0, 0, -(2 ** 31), 1, 0]],
      ["scatterAdd", "ids", [3, 0, 0, 2, 2 ** 31 - 1]],
      ["crossEntropy", "labels", [0, 3]],
      ["crossEntropyGradient", "labels", [-1, 0]],
      ["adamwRows", "rows", [5, 1]],
      ["adamwRows", "rows", [-1, 1]],
      ["adamwRows", "updates", [0, 1, 0, -1, 2]],
      ...["packedAttention", "packedAttentionGradient"].flatMap((name): [string, string, number[]][] =>
        [
          [0, 4, 1, 9],
          [0, 4, 4, 9],
          [1, 2, 4, 9],
          [0, 1, 4, 8],
          [0, 1, 4, 10],
          [0, -1, 4, 9],
          [0, 2 ** 31 - 1, -(2 ** 31), 9],
          [9],
          [],
        ].map((offsets) => [name, "offsets", offsets]),
      ),
    ];
    for (const [name, argument, values] of wrong) {
      const parameters = table(name);
      const args = parameters.map((parameter) =>
        right(parameter.name === argument ? { ...parameter, value: values } : parameter, true),
      );
      isRefused(name, parameters, args, `${argument} = ${values.join()}`, argument);
    }
  });

  test("an output in the memory of an input, where that would change what is read", () => {
    const memory = new Float32Array(new Uint8Array(800).fill(GUARD_BYTE).buffer);
    const at = (offset: number, size: number) => memory.subarray(offset, offset + size);
    const sizes = [1, 4, 4, 4, false, false, null, false];
    for (const args of [
      [at(0, 16), at(0, 16), f(16), ...sizes],
      [at(15, 16), f(16), at(0, 16), ...sizes],
      [at(0, 4 * 4), f(16), f(16), 1, 4, 4, 4, false, false, at(12, 4), false],
    ]) {
      isRefused("matmul", table("matmul"), args, "matmul", "out");
    }
    isRefused("columnSum", table("columnSum"), [at(3, 4), at(0, 16), 4, 4], "columnSum", "out");
    const ids = Int32Array.of(0, 1);
    isRefused("scatterAdd", table("scatterAdd"), [at(0, 8), at(4, 8), ids, 2, 4, -1], "scatterAdd", "table");
    // Neighbours are no overlap, and one may multiply a matrix with itself.
    library.matmul(f(16), at(0, 16), at(0, 16), 1, 4, 4, 4, false, false, null, false);
    library.matmul(at(0, 16), at(16, 16), at(32, 16), 1, 4, 4, 4, false, false, null, false);
  });

  test("memory that there is not is an error, not the end of the process", () => {
    // Squares of this many tokens are more than a process can address.
    const x = f(12_000_000);
    const offsets = Int32Array.of(0, x.length);
    const attend = () => call("packedAttention", [x, x, x, x, offsets, 1, 1, 1, 0, null, 0, 1, 0, 0, 0, 0]);
    assert.throws(attend, /memory|alloc|addresses/);
    // And what there is can be had afterwards.
    call("packedAttention", [
      f(4),
      f(4),
      f(4),
      f(4),
      Int32Array.of(0, 4),
      1,
      1,
      1,
      0,
      null,
      0,
      1,
      0,
      0,
      0,
      0,
    ]);
  });
});
