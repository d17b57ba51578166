import assert from "node:assert/strict";
import test from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel, Features, Value } from "../../lib/src/datasets/features";
import { DatasetError } from "../../lib/src/errors";
import { type ProgressOptions, setProgressReporter } from "../../lib/src/progress";

const words = () =>
  Dataset.fromDict(
    { word: ["a", "bb", "ccc", "dddd", "eeeee"], label: [0, 1, 0, 1, 0] },
    new Features({ word: new Value("string"), label: new ClassLabel({ names: ["odd", "even"] }) }),
  );

test("a batched function adds columns, whatever the size of the batches", async () => {
  for (const batchSize of [1, 2, 5, 100]) {
    const sizes: number[] = [];
    const mapped = await words().map(
      (batch, indices) => {
        sizes.push(indices.length);
        return { ids: batch.word.map((word) => [...word].map((_, i) => i)), row: indices };
      },
      { batched: true, batchSize },
    );
    assert.deepEqual(mapped.columnNames, ["word", "label", "ids", "row"]);
    assert.deepEqual(mapped.column("row"), [0, 1, 2, 3, 4]);
    assert.deepEqual(Array.from(mapped.at(2).ids), [0, 1, 2]);
    assert.equal(sizes.length, Math.ceil(5 / batchSize));
  }
});

test("a function of one row adds, replaces, or returns nothing", async () => {
  const mapped = await words().map(({ word }, index) => ({
    word: word.toUpperCase(),
    square: index * index,
  }));
  assert.deepEqual(mapped[4], { label: 0, word: "EEEEE", square: 16 });
  assert.deepEqual(mapped.columnNames, ["word", "label", "square"]);
  const seen: string[] = [];
  const same = await words().map(({ word }) => void seen.push(word));
  assert.deepEqual(same.columnNames, ["word", "label"]);
  assert.equal(seen.length, 5);
  assert.equal((await words().map(({ label }) => Promise.resolve({ twice: 2 * label })))[1]?.twice, 2);
});

test("replaced labels stay labels where they fit", async () => {
  const flipped = await words().map(({ label }) => ({ label: 1 - label }));
  assert.ok(flipped.features.get("label") instanceof ClassLabel);
  assert.deepEqual(flipped.columnNames, ["word", "label"]);
  const other = await words().map(({ label }) => ({ label: label + 5 }));
  assert.match(other.features.toString(), /'label': Value\('int32'\)/);
});

test("the number of rows may change where no old column stays", async () => {
  const letters = (batch: { word: string[] }) => ({ letter: batch.word.flatMap((word) => [...word]) });
  const mapped = await words().map(letters, {
    batched: true,
    batchSize: 2,
    removeColumns: ["word", "label"],
  });
  assert.equal(mapped.length, 15);
  assert.deepEqual(mapped.columnNames, ["letter"]);
  await assert.rejects(words().map(letters, { batched: true, removeColumns: "label" }), {
    name: "DatasetError",
    message:
      'map, rows 0 to 4: the function returned 15 entries in column "letter" for 5 rows, but column "word" stays ' +
      'and has 5. To change the number of rows, remove the old columns: removeColumns: ["word"].',
  });
});

test("batches that disagree on a type are brought together", async () => {
  const mixed = await words().map(({ word }) => ({ x: word.length > 3 ? 0.5 : 1 }), { batchSize: 2 });
  assert.deepEqual(mixed.column("x"), [1, 1, 1, 0.5, 0.5]);
  assert.match(mixed.features.toString(), /'x': Value\('float64'\)/);
  const gaps = await words().map(({ word }) => ({ x: word.length > 3 ? null : word }), { batchSize: 2 });
  assert.deepEqual(gaps.column("x"), ["a", "bb", "ccc", null, null]);
  assert.match(gaps.features.toString(), /'x': Value\('string'\)/);
});

test("what cannot be columns is refused, with names and numbers", async () => {
  const fails = (made: unknown, message: RegExp, batchSize = 1000) =>
    assert.rejects(
      words().map(() => made as object, { batched: true, batchSize }),
      (error) => error instanceof DatasetError && message.test(error.message),
    );
  await fails({ x: [1, 2, 3, 4, 5], y: [1] }, /"x" has 5 entries, but column "y" has 1/);
  await fails({ x: 5 }, /a value of type number as column "x"/);
  await fails({ x: "abcde" }, /a value of type string as column "x"/);
  await fails([1, 2, 3, 4, 5], /returned an array/);
  await assert.rejects(
    words().map(() => 5 as unknown as object),
    /map, row 0: the function returned a value of type number/,
  );
  await assert.rejects(
    words().map((_, i) => (i < 3 ? { x: 1 } : { y: 1 })),
    /Row 3 lacks "x"/,
  );
  await assert.rejects(
    words().map((_, i) => (i < 2 ? { x: 1 } : { x: 1, y: 1 }), { batchSize: 2 }),
    /column "y" is returned for the rows from 2 on, but not for those before/,
  );
  await assert.rejects(
    words().map(() => ({}), { removeColumns: ["nope"] }),
    /no column "nope"/,
  );
  await assert.rejects(
    words().map(() => ({}), { batchSize: 0 }),
    /batchSize is 0/,
  );
  const broken = () => {
    throw new TypeError("mine");
  };
  await assert.rejects(words().map(broken), TypeError);
});

test("the progress bar runs from 0 to all rows, and ends even if the function throws", async () => {
  const bars: (ProgressOptions & { done: number[]; finished: number })[] = [];
  setProgressReporter((options) => {
    const bar = { ...options, done: [] as number[], finished: 0 };
    bars.push(bar);
    return { update: (done) => void bar.done.push(done), finish: () => void bar.finished++ };
  });
  try {
    await words().map(() => ({ x: 1 }), { batchSize: 2, desc: "Tokenize" });
    await assert.rejects(words().map(() => Promise.reject(new Error("stop"))));
  } finally {
    setProgressReporter();
  }
  assert.deepEqual(bars[0], { label: "Tokenize", total: 5, unit: "examples", done: [2, 4, 5], finished: 1 });
  assert.equal(bars[1]?.finished, 1);
});

test("other work gets its turn between batches", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const until = Date.now() + 40;
  const dataset = Dataset.fromDict({ x: Array.from({ length: 400 }, (_, i) => i) });
  const spin = () => {
    const end = Date.now() + 1;
    while (Date.now() < end && Date.now() < until);
    return { y: [0] };
  };
  await dataset.map(spin, { batched: true, batchSize: 1 });
  clearInterval(timer);
  assert.ok(turns > 0);
});
