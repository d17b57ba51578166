import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

/** docs/datasets.md names tests of ours beside those of the peers, as `folder/file: “beginning of the name”`. */

const TESTS = path.resolve(__dirname, "..");
const DOCUMENT = readFileSync(path.resolve(TESTS, "../docs/datasets.md"), "utf8");
const REFERENCE = /([\w-]+(?:\/[\w-]+)*): “([^”]*)”/g;

test("every test that docs/datasets.md names is there", () => {
  const table = DOCUMENT.slice(DOCUMENT.indexOf("## The peers' own tests"));
  const references = [...table.matchAll(REFERENCE)].map(([, file, name]) => ({ file: file!, name: name! }));
  assert.ok(references.length > 80, `${references.length}`);
  for (const { file, name } of references) {
    const source = path.join(TESTS, `${file}.test.ts`);
    assert.ok(existsSync(source), `there is no test/${file}.test.ts`);
    const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const isThere = new RegExp(`(test|it|describe)\\(\\s*["'\`]${quoted}`).test(readFileSync(source, "utf8"));
    assert.ok(name === "" || isThere, `test/${file}.test.ts has no test that begins with “${name}”`);
  }
});
