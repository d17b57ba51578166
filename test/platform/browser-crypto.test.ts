import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as browser from "../../lib/src/platform/crypto.browser";
import * as node from "../../lib/src/platform/crypto";
import { mkdir, writeFile } from "../../lib/src/platform/files.browser";

test("a browser's digests are Node.js's, on pages without https too", async (t) => {
  assert.deepEqual(Object.keys(node).sort(), Object.keys(browser).sort());
  await mkdir("/digests", { recursive: true });
  const content = Buffer.alloc(3_000_001, "some content ");
  await writeFile("/digests/file", content);
  for (const algorithm of ["sha1", "sha256"] as const) {
    const expected = createHash(algorithm).update("head").update(content).digest("hex");
    assert.equal(await browser.digestFile("/digests/file", algorithm, "head"), expected);
    const { subtle } = crypto;
    Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
    t.after(() => Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true }));
    assert.equal(await browser.digestFile("/digests/file", algorithm, "head"), expected);
    Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
    assert.equal(
      browser.createHash(algorithm).update("ä").update(content).digest("hex"),
      createHash(algorithm).update("ä").update(content).digest("hex"),
    );
  }
  const ids = Array.from({ length: 100 }, () => browser.randomUUID());
  assert.equal(new Set(ids).size, 100);
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
