import assert from "node:assert/strict";
import { test } from "node:test";
import { featureToString } from "../../lib/src/datasets/features";
import { inferFeature } from "../../lib/src/datasets/infer-feature";
import { DatasetError } from "../../lib/src/errors";

const typeOf = (...cells: unknown[]) => featureToString(inferFeature(cells));

test("the type comes from all cells, nulls and empty lists first", () => {
  assert.equal(typeOf(null, 1, 2.5), "Value('float64')");
  assert.equal(typeOf([], null, [1], [2n]), "List(Value('int64'))");
  assert.equal(typeOf([], [[]], [[1]]), "List(List(Value('int32')))");
  assert.equal(
    typeOf({ a: null }, { b: "x" }, { a: [true] }),
    "{'a': List(Value('bool')), 'b': Value('string')}",
  );
  assert.equal(
    typeOf([{ x: 1 }], [{ y: 0.5 }, { x: 2 }]),
    "List({'x': Value('int32'), 'y': Value('float64')})",
  );
  assert.equal(typeOf(Int32Array.of(1), [0.5]), "List(Value('float64'))");
  assert.equal(typeOf(null, []), "List(Value('null'))");
});

test("cells of two kinds are named by their rows and by the place within them", () => {
  const refused = (cells: unknown[], message: RegExp) =>
    assert.throws(
      () => inferFeature(cells, 'x.jsonl, column "a"'),
      (error: Error) => error instanceof DatasetError && message.test(error.message),
    );
  refused([null, 1, "b"], /^x\.jsonl, column "a": row 1 is Value\('int32'\) and row 2 is Value\('string'\);/);
  refused([1, [1]], /row 0 is Value\('int32'\) and row 1 is a list;/);
  refused([[1], { b: 1 }], /row 0 is a list and row 1 is an object;/);
  refused(
    [{ b: [1] }, { b: null }, { b: [2, "c"] }],
    /column "a", field "b", an element: row 0 is Value\('int32'\) and row 2 is Value\('string'\);/,
  );
  refused([[1, "b"]], /an element: row 0 is Value\('int32'\) and also Value\('string'\);/);
});

test("cells that are nested without end are refused, not walked through", () => {
  let cell: unknown = 1;
  for (let i = 0; i < 100_000; i++) cell = [cell];
  assert.throws(() => inferFeature([cell]), /a cell of row 0 is nested more than 100 levels deep/);
});
