import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import type { TextClassificationPipeline } from "../../lib/src/inference/text-classification";
import { type ServedClassifier, serveClassifier } from "../../lib/src/inference/serve-classifier";

/** Says "positive" to everything, and fails at one text. */
const classify = ((text: string) =>
  text === "fail"
    ? Promise.reject(new Error("no weights"))
    : Promise.resolve([
        { label: "positive", score: 0.75 },
        { label: "<b>negative</b>", score: 0.25 },
      ])) as TextClassificationPipeline;

describe("serveClassifier", () => {
  let page: ServedClassifier;
  before(async () => {
    page = await serveClassifier(classify, { title: "Good & bad" });
  });
  after(() => page.close());

  const ask = (path: string, init?: RequestInit) => fetch(`${page.address}${path}`, init);

  test("is a page with a field, and what the text is taken for", async () => {
    const empty = await (await ask("/")).text();
    assert.match(empty, /<h1>Good &amp; bad<\/h1>/);
    assert.match(empty, /<textarea/);
    assert.doesNotMatch(empty, /<table>/);
    const answered = await (await ask("/?text=A+good+film.")).text();
    assert.match(answered, /A good film\.<\/textarea>/);
    assert.match(answered, /positive<\/th>.*75\.0 %/s);
  });

  test("answers programs in JSON", async () => {
    const response = await ask("/classify?text=A+good+film.");
    assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
    assert.deepEqual(((await response.json()) as unknown[])[0], { label: "positive", score: 0.75 });
  });

  test("makes no markup of texts and labels, and lets no script run", async () => {
    const response = await ask(`/?text=${encodeURIComponent("</textarea><script>alert(1)</script>")}`);
    const body = await response.text();
    assert.doesNotMatch(body, /<script|<b>/);
    assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  });

  test("refuses what it cannot answer, and goes on", async () => {
    const statuses: [string, RequestInit | undefined, number][] = [
      ["/classify", undefined, 400],
      ["/other", undefined, 404],
      ["/?text=a", { method: "POST" }, 405],
      [`/?text=${"a".repeat(10_001)}`, undefined, 413],
      ["/classify?text=fail", undefined, 500],
      ["/classify?text=fine", undefined, 200],
    ];
    for (const [path, init, status] of statuses) assert.equal((await ask(path, init)).status, status, path);
  });

  test("serves its own name alone", async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(page.address);
      request({ port, host: "127.0.0.1", path: "/", headers: { host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    assert.equal(status, 403);
  });

  test("says that a port is taken", async () => {
    const port = Number(new URL(page.address).port);
    await assert.rejects(serveClassifier(classify, { port }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, new RegExp(`port ${port} is taken`));
      return true;
    });
  });

  test("is gone after close, whoever still listens", async () => {
    const other = await serveClassifier(classify);
    await (await fetch(other.address)).text();
    await other.close();
    await assert.rejects(fetch(other.address));
  });
});
