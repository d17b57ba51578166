import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type ExecutedNotebook, executeNotebook } from "../../notebook/executed-notebook";
import { ROOT } from "../../notebook/the-notebook";
import { launchBrowser } from "../../browser";
import { skipWithout } from "./jupyter";

/** Where pictures go: with UPDATE_SCREENSHOTS into the documentation. */
const PICTURES = join(ROOT, process.env.UPDATE_SCREENSHOTS ? join("docs", "images") : "out");
/** The width of A4 between its margins of 16 mm, in CSS pixels. */
const PAPER = Math.floor(((210 - 2 * 16) / 25.4) * 96);

const built = existsSync(join(ROOT, "lib", "dist", "index.js"));

describe(
  "the page of an executed notebook, wherever it is read",
  { skip: built ? skipWithout("chromium") : "run `npm run build` first" },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "readings-"));
    let notebook: ExecutedNotebook;
    let browser: Browser;

    before(async () => {
      // A picture shows a whole training; for the layout a short one does.
      const parameters = process.env.UPDATE_SCREENSHOTS ? {} : { MAX_STEPS: "60" };
      notebook = await executeNotebook(parameters, { columns: 80 });
      assert.equal(notebook.message, "");
      browser = await launchBrowser();
      mkdirSync(PICTURES, { recursive: true });
    });
    after(async () => {
      await browser.close();
      notebook.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Opens the page; it must ask for nothing and complain of nothing. */
    async function read(options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) faults.push(request.url());
      });
      await page.goto(pathToFileURL(notebook.htmlFile).href);
      if (options.javaScriptEnabled !== false) await page.waitForSelector("figure.plot.drawn");
      await look(page);
      assert.deepEqual(faults, []);
      await context.close();
    }

    const plots = (page: Page) => page.locator("figure.plot").count();
    const overflow = (page: Page) =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    /** Takes a picture that begins at a heading or cell. */
    async function picture(page: Page, text: string, name: string): Promise<void> {
      const place = page.locator("h2, p, pre", { hasText: text }).first();
      await page.addStyleTag({ content: "html { scroll-behavior: auto !important; }" });
      await place.evaluate((element) =>
        window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 24),
      );
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    }

    test("on a wide screen in light colours, with at least ten pictures, each of them drawn", async () => {
      await read({ viewport: { width: 1280, height: 1500 }, colorScheme: "light" }, async (page) => {
        assert.ok((await plots(page)) >= 10, `${await plots(page)} plots`);
        assert.equal(await page.locator("figure.plot .main-svg").first().isVisible(), true);
        assert.equal(await page.locator("figure.plot:not(:has(.main-svg))").count(), 0);
        assert.equal(await overflow(page), 0);
        await picture(page, "Two curves tell how it went", "notebook");
      });
    });

    test("in dark colours", async () => {
      await read({ viewport: { width: 1280, height: 1500 }, colorScheme: "dark" }, async (page) => {
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(background, "rgb(20, 23, 28)");
        await picture(page, "How sure is it, and is it right to be?", "notebook-dark");
      });
    });

    test("on a telephone: nothing is wider than 400 pixels", async () => {
      await read({ viewport: { width: 400, height: 1500 }, colorScheme: "light" }, async (page) => {
        assert.equal(await overflow(page), 0);
        const cut = await page.evaluate(() =>
          Array.from(document.querySelectorAll("p, h1, h2, h3, li, blockquote, .gtitle"))
            .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
            .map((element) => element.textContent ?? "")
            // What scrolls by itself is not cut.
            .filter((text) => !/[=←]/.test(text)),
        );
        assert.deepEqual(cut, []);
        await picture(page, "Where does an answer come from?", "notebook-400px");
      });
    });

    test("without JavaScript: every plot is its still picture", async () => {
      await read({ viewport: { width: 800, height: 1200 }, javaScriptEnabled: false }, async (page) => {
        const images = page.locator("figure.plot > img");
        assert.equal(await images.count(), await plots(page));
        for (const image of await images.all()) {
          assert.ok(await image.isVisible());
          assert.ok((await image.boundingBox())!.width > 300);
        }
        assert.ok((await page.locator("math").count()) >= 3);
      });
    });

    test("on paper: plots fit, in light colours, and no heading stands alone at the foot of a page", async () => {
      await read({ viewport: { width: PAPER, height: 1100 }, colorScheme: "dark" }, async (page) => {
        await page.emulateMedia({ media: "print" });
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(background, "rgb(255, 255, 255)");
        for (const image of await page.locator("figure.plot > img").all()) {
          const box = (await image.boundingBox())!;
          assert.ok(box.width > 300 && box.x + box.width <= PAPER + 1, `${box.x} + ${box.width}`);
          // A plot is no higher than a page, so keeping it whole is possible.
          assert.ok(box.height < 900);
        }
        const file = join(folder, "notebook.pdf");
        await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
        const stranded = strandedHeadings(file, await page.locator("h2, h3").allTextContents());
        assert.deepEqual(stranded, []);
      });
    });

    /** Headings that are the last thing on a page of a PDF; none where no pdftotext is here to tell. */
    function strandedHeadings(file: string, headings: string[]): string[] {
      let text: string;
      try {
        text = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        console.log(
          "no pdftotext here (apt-get install poppler-utils): headings at the foot of a page are not looked for",
        );
        return [];
      }
      const pages = text.split("\f").filter((each) => each.trim() !== "");
      assert.ok(pages.length > 5, `${pages.length} pages`);
      const at = pages.findIndex((each) => each.includes("How sure is it"));
      execFileSync("pdftoppm", [
        "-r",
        "80",
        "-png",
        "-singlefile",
        "-f",
        String(at + 1),
        "-l",
        String(at + 1),
        file,
        join(PICTURES, "notebook-printed"),
      ]);
      return pages
        .map((each) => each.trim().split("\n").at(-1)!.trim())
        .filter((last) => headings.some((heading) => heading.trim() === last));
    }
  },
);
