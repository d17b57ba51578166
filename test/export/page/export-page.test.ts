import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { exportPage } from "../../../lib/src/export/page/export-page";
import { pageHtml } from "../../../lib/src/export/page/html";
import { pipeline } from "../../../lib/src/inference/pipeline";
import { BertConfig } from "../../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../../lib/src/models/bert/for-masked-lm";
import { launchBrowser, noBrowser } from "../../browser";
import { startEngine } from "../../engine";
import { TINY } from "../../models/tiny-bert";
import { serveFolders } from "../../static-server";
import { trainedClassifier, type TrainedClassifier } from "../trained-classifier";

const built = existsSync(path.resolve(__dirname, "../../../lib/dist/export/page/app.js"));
const MEGABYTE = 1024 * 1024;
const SENTENCES = [
  "A wonderful film.",
  "A waste of two hours.",
  "n’est-ce pas? 你好 \u{20000} <b>&amp;</b>",
  "word ".repeat(900),
];

test("what a page is told cannot leave its place", () => {
  const html = pageHtml(
    { title: "<script>1</script>", examples: ['"><img src=x>'] },
    { labels: ["</script><script>alert(1)</script>"], scores: "softmax", maxLength: 8 },
  );
  assert.equal(html.match(/<script/g)?.length, 2);
  assert.doesNotMatch(html, /<img|<script>1/);
  const [, json] = /<script type="application\/json" id="settings">(.*)<\/script>/.exec(html)!;
  assert.deepEqual((JSON.parse(json!) as { labels: string[] }).labels, [
    "</script><script>alert(1)</script>",
  ]);
});

test("a model that does not classify is refused, and an option that there is not", async () => {
  await startEngine("cpu");
  const model = new BertForMaskedLM(new BertConfig(TINY), 5);
  await assert.rejects(exportPage(model, {} as never, "x"), /a BertForMaskedLM does not/);
  await assert.rejects(exportPage(model, {} as never, "x", { heading: "a" } as never), /'heading'/);
});

describe("an exported page", { skip: built ? noBrowser : "run `npm run build` first" }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-page-"));
  let trained: TrainedClassifier;
  let browser: Browser;
  const requests: string[] = [];
  before(async () => {
    trained = await trainedClassifier();
    await exportPage(trained.model, trained.tokenizer, folder, {
      title: "Praise or blame?",
      examples: ["A wonderful film."],
      quantize: null,
    });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens it where there is no network, if need be after it has been loaded. */
  async function visit(address: string, { offline }: { offline: boolean }): Promise<Page> {
    const context = await browser.newContext({ offline });
    const page = await context.newPage();
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => assert.fail(error));
    await page.goto(address);
    await page.waitForSelector("html[data-ready]", { state: "attached", timeout: 60_000 });
    await context.setOffline(true);
    return page;
  }

  /** What it says of a text, label by label. */
  async function ask(page: Page, text: string): Promise<[label: string, percent: string][]> {
    await page.evaluate(() => document.getElementById("answers")!.replaceChildren());
    await page.fill("#text", text);
    await page.waitForSelector("#answers tr");
    return await page.$$eval("#answers tr", (rows) =>
      rows.map((row): [string, string] => [
        String(row.querySelector("th")?.textContent),
        String(row.querySelector("td:last-child")?.textContent),
      ]),
    );
  }

  async function check(page: Page): Promise<void> {
    const classify = pipeline("text-classification", { model: trained.model, tokenizer: trained.tokenizer });
    for (const text of SENTENCES) {
      const expected = await classify(text, { topK: null });
      assert.deepEqual(
        await ask(page, text),
        expected.map(({ label, score }) => [label, `${(100 * score).toFixed(1)}\u00a0%`]),
        text.slice(0, 40),
      );
    }
    const spoken = await page.textContent("#spoken");
    assert.match(spoken!, /^(negative|positive), \d+\.\d\u00a0%$/);
  }

  test("answers as the model does, opened from the disk with the network off", async () => {
    requests.length = 0;
    const page = await visit(pathToFileURL(path.join(folder, "index.html")).href, { offline: true });
    await check(page);
    assert.ok(requests.every((url) => url.startsWith(pathToFileURL(folder).href)));
    // An example is tried with the keyboard, and an empty field has no answer.
    await page.focus("button[data-text]");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#answers th")?.textContent === "positive");
    assert.equal(await page.inputValue("#text"), "A wonderful film.");
    await page.fill("#text", "  ");
    await page.waitForFunction(() => document.querySelector("#answers tr") === null);
  });

  test("… and from any host", async (t) => {
    const { address, close } = await serveFolders({ page: folder });
    t.after(close);
    requests.length = 0;
    await check(await visit(`${address}/page/index.html`, { offline: false }));
    assert.ok(requests.every((url) => url.startsWith(address)));
  });

  test("may not ask anybody anything", async () => {
    const page = await visit(pathToFileURL(path.join(folder, "index.html")).href, { offline: true });
    const answers = await page.evaluate(async () => {
      const image = new Promise((settle) => {
        document.addEventListener("securitypolicyviolation", (event) => settle(event.violatedDirective));
        new Image().src = "https://example.com/a.png";
      });
      const fetched = await fetch("https://example.com/").catch((error: Error) => error.name);
      return [await image, fetched];
    });
    assert.equal(answers[1], "TypeError");
    assert.match(String(answers[0]), /img-src|connect-src/);
  });

  test("says what is missing where the folder was not copied whole", async (t) => {
    const { address, close } = await serveFolders(
      { page: folder },
      {
        "alone.html": readFileSync(path.join(folder, "index.html"), "utf8").replace("app.js", "page/app.js"),
      },
    );
    t.after(close);
    const page = await browser.newPage();
    await page.goto(`${address}/alone.html`);
    await page.waitForFunction(() =>
      String(document.getElementById("status")?.textContent).includes("could not"),
    );
    assert.match(
      (await page.textContent("#status"))!,
      /tokenizer\.js is not beside this page\. The whole folder/,
    );
  });

  test("is a few files and small in 8 bits", async () => {
    const small = path.join(folder, "small");
    await exportPage(trained.model, trained.tokenizer, small);
    const files = readdirSync(small).sort();
    assert.deepEqual(files, ["app.js", "index.html", "model.js", "runtime.js", "tokenizer.js"]);
    const size = files.reduce((sum, file) => sum + readFileSync(path.join(small, file)).length, 0);
    assert.ok(size < 20 * MEGABYTE, `${size / MEGABYTE} MB`);
  });
});
