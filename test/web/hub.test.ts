import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, noBrowser } from "../browser";
import { serveFolders } from "../static-server";

const ROOT = path.resolve(__dirname, "../..");
const WEB = path.join(ROOT, "lib/dist/web");
const MODEL = path.join(ROOT, "data/bert-tiny-reviews");
const SHA = "0123456789abcdef0123456789abcdef01234567";

const skip = existsSync(WEB) ? noBrowser : "run `npm run build` first";

describe("the Hub from a page", { skip }, () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serveFolders>>;
  before(async () => {
    browser = await launchBrowser();
    server = await serveFolders({ web: WEB }, { page: "<!doctype html><title>hub</title>" });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page for which somebody else answers in the Hub's place. */
  async function visit(): Promise<{ page: Page; asked: string[] }> {
    const page = await browser.newPage();
    const asked: string[] = [];
    await page.route("https://huggingface.co/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      const headers = { "access-control-allow-origin": "*" };
      const file = path.join(MODEL, path.basename(pathname));
      if (pathname === "/api/models/owner/tiny/revision/main") {
        const siblings = ["config.json", "tokenizer.json"].map((rfilename) => ({ rfilename }));
        await route.fulfill({ json: { sha: SHA, siblings }, headers });
      } else if (pathname.startsWith(`/owner/tiny/resolve/${SHA}/`) && existsSync(file)) {
        await route.fulfill({ body: readFileSync(file), headers });
      } else await route.fulfill({ status: 404, body: "", headers });
    });
    await page.goto(`${server.address}/page`);
    return { page, asked };
  }

  /** Runs text in the page, with the library in `library`. */
  const run = <T>(page: Page, body: string): Promise<T> =>
    page.evaluate<T>(
      `import("/web/index.mjs").then((library) => (async () => { ${body} })().catch((error) => error.name + ": " + error.message))`,
    );

  test("a model by its name, each file once", async () => {
    const { page, asked } = await visit();
    const hidden = await run<number>(
      page,
      `const config = await library.AutoConfig.fromPretrained("owner/tiny");
       await library.AutoTokenizer.fromPretrained("owner/tiny");
       await library.AutoConfig.fromPretrained("owner/tiny");
       return config.hiddenSize;`,
    );
    const expected = JSON.parse(readFileSync(path.join(MODEL, "config.json"), "utf8")) as {
      hidden_size: number;
    };
    assert.equal(hidden, expected.hidden_size);
    assert.equal(asked.filter((each) => each.endsWith("/config.json")).length, 1);
  });

  test("one that is not there, and a token", async () => {
    const { page } = await visit();
    assert.match(
      await run(page, `return await library.AutoConfig.fromPretrained("owner/other");`),
      /^HubError: .*owner\/other.*answers 404. Is the name right/,
    );
    assert.match(
      await run(
        page,
        `return await library.AutoConfig.fromPretrained("owner/tiny", { token: "hf_secret" });`,
      ),
      /^HubError: .*A page sends no token/,
    );
  });
});
