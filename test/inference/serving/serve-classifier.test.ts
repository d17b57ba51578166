import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { ConfigError } from "../../../lib/src/errors";
import type { TextClassificationPipeline } from "../../../lib/src/inference/text-classification";
import { type ServedClassifier, serveClassifier } from "../../../lib/src/inference/serving/serve-classifier";

/** The texts of each call. */
const batches: (readonly string[])[] = [];

/** Says "positive" to everything, and fails at one text. */
const classify = (async (texts: readonly string[]) => {
  batches.push(texts);
  await new Promise((next) => setTimeout(next, 20));
  if (texts.includes("fail")) throw new Error("no weights");
  return texts.map(() => [
    { label: "positive", score: 0.75 },
    { label: "<b>negative</b>", score: 0.25 },
  ]);
}) as unknown as TextClassificationPipeline;

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

  const post = (body: unknown, headers: Record<string, string> = { "content-type": "application/json" }) =>
    ask("/classify", {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test("answers one text, several, and as many labels as are asked for", async () => {
    const positive = { label: "positive", score: 0.75 };
    const negative = { label: "<b>negative</b>", score: 0.25 };
    assert.deepEqual(await (await post({ text: "a" })).json(), [positive, negative]);
    assert.deepEqual(await (await post({ text: "a", topK: 1 })).json(), [positive]);
    assert.deepEqual(await (await post({ texts: ["a", "b"], topK: 1 })).json(), [[positive], [positive]]);
  });

  test("puts the texts of several askers together, and one that fails hurts nobody else", async () => {
    batches.length = 0;
    const texts = ["a", "b", "fail", "c", "d"];
    const statuses = await Promise.all(texts.map(async (text) => (await post({ text })).status));
    assert.deepEqual(statuses, [200, 200, 500, 200, 200]);
    assert.ok(
      batches.some((batch) => batch.length > 1),
      JSON.stringify(batches),
    );
  });

  test("tells what is wrong with a question", async () => {
    const wrong: [unknown, number, RegExp][] = [
      ["{", 400, /no JSON/],
      ["[]", 400, /Send \{ "text"/],
      [{}, 400, /Text 0 is no string/],
      [{ texts: [] }, 400, /no text/],
      [{ texts: "a" }, 400, /Send/],
      [{ texts: ["a", 1] }, 400, /Text 1 is no string/],
      [{ texts: ["a", " "] }, 400, /Text 1 is empty/],
      [{ text: "a", texts: ["b"] }, 400, /Send/],
      [{ text: "a", top_k: 1 }, 400, /no "top_k"/],
      [{ text: "a", topK: 0 }, 400, /topK/],
      [{ texts: new Array(257).fill("a") }, 413, /256/],
      [{ text: "a".repeat(10_001) }, 413, /10,000/],
    ];
    for (const [body, status, message] of wrong) {
      const response = await post(body);
      assert.equal(response.status, status, JSON.stringify(body).slice(0, 60));
      assert.match(((await response.json()) as { error: string }).error, message);
    }
    assert.equal((await post({ text: "a" }, { "content-type": "text/plain" })).status, 415);
    assert.equal((await ask("/classify", { method: "DELETE" })).status, 405);
  });

  test("a body that is too long is not read to its end", async () => {
    const long = await post(`{ "text": "${"a".repeat(17 * 2 ** 20)}" }`).catch((error: Error) => error);
    if (!(long instanceof Error)) assert.equal(long.status, 413);
    assert.equal((await post({ text: "a" })).status, 200);
  });

  test("says how it is", async () => {
    const health = (await (await ask("/health")).json()) as Record<string, unknown>;
    assert.equal(health.status, "ok");
    assert.ok((health.requests as number) > 3 && health.waiting === 0);
  });

  test("refuses what does not fit into its queue, and closes when all are answered", async () => {
    const small = await serveClassifier(classify, { batchSize: 1, mostWaiting: 3 });
    const send = (text: string) =>
      fetch(`${small.address}/classify`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text }),
      });
    const many = Array.from({ length: 12 }, (_, i) => send(`text ${i}`));
    const responses = await Promise.all(many);
    const refused = responses.filter(({ status }) => status === 503);
    assert.ok(refused.length > 0 && refused.length < 12, `${refused.length} refused`);
    assert.equal(refused[0]!.headers.get("retry-after"), "1");
    const last = Promise.all([send("x"), send("y")]);
    await new Promise((next) => setTimeout(next, 10));
    await small.close();
    assert.deepEqual(
      (await last).map(({ status }) => status),
      [200, 200],
    );
    await assert.rejects(send("z"));
  });

  test("refuses options that make no sense", async () => {
    await assert.rejects(serveClassifier(classify, { batchSize: 0 }), /batchSize is 0/);
    await assert.rejects(serveClassifier(classify, { queue: 3 } as never), /'queue'/);
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
