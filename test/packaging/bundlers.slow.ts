import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launchBrowser, noBrowser } from "../browser";
import { serveFolders } from "../static-server";
import { emptyFolder, pack, ROOT } from "./packages";

const VITE = "vite@8.3.8";
const WEBPACK = ["webpack@5.113.0", "webpack-cli@7.2.3"];

const isReachable = spawnSync("npm", ["view", VITE, "version"], { timeout: 30_000 }).status === 0;
const skip = !existsSync(path.join(ROOT, "lib/dist/web"))
  ? "not built"
  : isReachable
    ? noBrowser
    : "the package registry is not reached";

/** How a page is bundled: from `page/` to `NAME/`. */
const BUNDLERS: Readonly<Record<string, string[]>> = {
  vite: ["vite", "build", "page", "--base", "./", "--outDir", "../vite"],
  webpack: ["webpack", "--mode", "production", "--entry", "./page/main.js", "--output-path", "webpack"],
};

interface Said {
  error?: string;
  note: string;
  trainingLoss: number;
}

describe(
  "a page with the package, of a bundler without a word of configuration, trains in a browser",
  { skip },
  () => {
    const { folder, remove } = emptyFolder("bundlers");
    after(remove);

    before(() => {
      writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
      const tarball = pack("lib", path.join(folder, "tarballs"));
      const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
      execFileSync("npm", ["install", ...options, tarball, VITE, ...WEBPACK], { cwd: folder, stdio: "pipe" });
      cpSync(path.join(ROOT, "test/fixtures/bundled-page"), path.join(folder, "page"), { recursive: true });
    });

    for (const [name, command] of Object.entries(BUNDLERS)) {
      test(name, async () => {
        execFileSync("npx", ["--no-install", ...command], { cwd: folder, stdio: "pipe" });
        const built = path.join(folder, name);
        cpSync(path.join(folder, "page/index.html"), path.join(built, "index.html"), {
          force: name !== "vite",
        });
        const { address, close } = await serveFolders(
          { built, model: path.join(ROOT, "data/bert-3x384") },
          {},
          { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
        );
        const browser = await launchBrowser();
        try {
          const page = await browser.newPage();
          await page.goto(`${address}/built/index.html`);
          await page.waitForSelector("html[data-said]", { state: "attached", timeout: 60_000 });
          const { error, note, trainingLoss } = JSON.parse(
            (await page.getAttribute("html", "data-said"))!,
          ) as Said;
          assert.equal(error, undefined);
          assert.match(note, /relaxed SIMD, \d+ threads?/);
          assert.ok(trainingLoss < 0.6, `${trainingLoss}`);
        } finally {
          await browser.close();
          await close();
        }
      });
    }
  },
);
