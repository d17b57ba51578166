import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { openBrowser, ROOT, skipWithout, startServer, visit, workplace, writeCells } from "./jupyter";

const CELLS = [
  'import { input, plotLossCurve } from "finetune-ts-notebook";\nlet greeting = "ready";\nconsole.log(greeting);',
  `plotLossCurve(Array.from({ length: 30 }, (_, i) => ({ epoch: i / 10, step: 10 * i, loss: 0.7 * Math.exp(-i / 12) + 0.1, ...(i % 10 === 9 && { eval_loss: 0.75 * Math.exp(-i / 14) + 0.12 }) })))`,
  'const name = await input("Who is there? ");\n`Hello, ${name}`',
  "let loops = 0;",
];

/** The commands that menus and buttons run. */
function command(page: Page, id: string, args: Record<string, unknown> = {}): Promise<void> {
  return page.evaluate(
    ([name, options]) => {
      const { jupyterapp } = window as unknown as {
        jupyterapp: { commands: { execute(id: string, args: object): unknown } };
      };
      void jupyterapp.commands.execute(name, options);
    },
    [id, args] as const,
  );
}

/** Run in the page: whether the notebook is the current one and its kernel has answered. */
function kernelIsReady(): boolean {
  interface Current {
    sessionContext?: { session?: { kernel?: { connectionStatus: string; status: string } } };
  }
  const { jupyterapp } = window as unknown as { jupyterapp?: { shell: { currentWidget?: Current } } };
  const kernel = jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}

const output = (page: Page, text: string | RegExp) =>
  page.locator(".jp-OutputArea-output", { hasText: text });

async function replaceLastCell(page: Page, code: string): Promise<void> {
  await page.locator(".jp-Notebook .jp-CodeCell").last().locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(code);
}

for (const [title, program, path] of [
  ["JupyterLab", "jupyter-lab", "lab/tree/cells.ipynb"],
  ["Notebook", "jupyter-notebook", "notebooks/cells.ipynb"],
] as const) {
  test(
    `${title}: run all, answer, see the plot, interrupt, go on, restart, reopen`,
    { skip: skipWithout(program, "chromium"), timeout: 400_000 },
    async (t) => {
      const place = workplace(t);
      writeCells(join(place.folder, "cells.ipynb"), CELLS);
      const address = await startServer(t, program, place);
      const browser = await openBrowser(t);
      const { page, strangers } = await visit(browser, `${address}/${path}`);
      await page.waitForFunction(kernelIsReady);
      await page.locator(".jp-Notebook .jp-CodeCell .cm-content").first().click();
      await command(page, "notebook:run-all-cells");
      const question = page.locator("input.jp-Stdin-input");
      await question.fill("Ada");
      await question.press("Enter");
      await output(page, "'Hello, Ada'").waitFor();
      await output(page, "ready").waitFor();
      const plot = page.locator(".jp-RenderedSVG img").first();
      await plot.waitFor();
      const width = () => plot.evaluate((image) => (image as HTMLImageElement).naturalWidth);
      assert.ok((await width()) > 100, "the plot is drawn");
      await plot.scrollIntoViewIfNeeded();
      mkdirSync(join(ROOT, "out"), { recursive: true });
      const picture = process.env.UPDATE_SCREENSHOTS ? join("docs", "images") : "out";
      await page.screenshot({ path: join(ROOT, picture, `${program.replace("-lab", "lab")}.png`) });

      await replaceLastCell(page, "console.log('looping'); while (true) loops++;");
      await command(page, "notebook:run-cell");
      await output(page, "looping").waitFor();
      await command(page, "notebook:interrupt-kernel");
      await output(page, "KeyboardInterrupt").waitFor();
      await replaceLastCell(page, "`${loops > 0} ${greeting}`");
      await command(page, "notebook:run-cell");
      await output(page, "'true ready'").waitFor();

      await command(page, "notebook:restart-kernel");
      await page.locator(".jp-Dialog button.jp-mod-accept").click();
      await replaceLastCell(page, "typeof globalThis + ' after the restart'");
      await command(page, "notebook:run-cell");
      await output(page, "'object after the restart'").waitFor();

      await command(page, "docmanager:save");
      await page.waitForFunction(() => true);
      for (
        let i = 0;
        i < 100 && !readFileSync(join(place.folder, "cells.ipynb"), "utf8").includes("after the restart'\"");
        i++
      ) {
        await page.waitForTimeout(100);
      }
      await page.reload();
      await page.locator(".jp-RenderedSVG img").first().waitFor();
      assert.deepEqual(strangers, []);
    },
  );
}
