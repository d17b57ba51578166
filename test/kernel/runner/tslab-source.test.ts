import assert from "node:assert/strict";
import { test } from "node:test";
import { tslabSource } from "../../../notebook/src/kernel/runner/tslab-source";

test("the short form is written out, everything else is left", () => {
  assert.equal(tslabSource("f({ a, b: { c }, d: 1 })"), "f({ a: a, b: { c: c }, d: 1 })");
  assert.equal(
    tslabSource("({ a } = o); const { b } = o; // { c }"),
    "({ a: a } = o); const { b } = o; // { c }",
  );
  assert.equal(tslabSource("`${f({ a })}` + '{ a }'"), "`${f({ a: a })}` + '{ a }'");
});
