import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { defaultSettings, type StudioEvent } from "../../lib/src/studio/session/protocol";
import { startEngine } from "../engine";
import { inNode, largestDifference, lossesOf } from "./in-node";
import { noStudio, SENTENCES } from "./supplies";
import { tinyCheckpoint } from "./tiny-checkpoint";
import { alertOf, browserProfile, paste, set, SIMULATED_GPU, startStudio, visitStudio } from "./visit";

/** The score of the trained model's first answer to a sentence. */
async function answerOf(page: Page): Promise<number> {
  await page.evaluate(() => document.getElementById("answers")!.replaceChildren());
  await page.fill("#text", "A warm and witty film.");
  await page.waitForSelector("#answers meter");
  return await page.$eval("#answers meter", (meter) => (meter as HTMLMeterElement).value);
}

async function changeEngine(page: Page, name: string): Promise<void> {
  await page.selectOption("#engine", name);
  await page.waitForFunction(() => document.getElementById("estimate")!.innerText.includes("as measured"));
}

describe("the studio on a graphics device", { skip: noStudio }, () => {
  test("with WebGPU it trains as Node.js does", async (t) => {
    const checkpoint = await tinyCheckpoint(t);
    const address = await startStudio(t, checkpoint);
    const { page, events } = await visitStudio(t, address, browserProfile(t), SIMULATED_GPU);
    // A device that a program plays is not chosen unasked.
    assert.match((await page.textContent("#state"))!, /computes with wasm/);
    await page.evaluate(() => (document.querySelector("details")!.open = true));
    await paste(page, SENTENCES);
    await page.selectOption("#engine", "webgpu");
    await set(page, "epochs", "3");
    await page.click("#start");
    await page.waitForSelector("#result:not([hidden])", { timeout: 400_000 });
    const own = lossesOf(await events());
    await startEngine("wasm");
    const settings = { ...defaultSettings("all", 64), epochs: 3 };
    const { losses } = await inNode(t, checkpoint, settings, SENTENCES);
    assert.equal(own.length, 51);
    assert.ok(largestDifference(own, losses) < 1e-3, `${largestDifference(own, losses)}`);

    // What was trained there answers on another engine too.
    const there = await answerOf(page);
    await changeEngine(page, "wasm");
    assert.ok(Math.abs((await answerOf(page)) - there) < 1e-4);
  });

  test("a graphics device that goes ends no training", async (t) => {
    const address = await startStudio(t, await tinyCheckpoint(t));
    const { page, context } = await visitStudio(t, address, browserProfile(t), SIMULATED_GPU);
    await page.evaluate(() => (document.querySelector("details")!.open = true));
    await paste(page, SENTENCES);
    await page.selectOption("#engine", "webgpu");
    await page.click("#start");
    await page.waitForFunction(
      () => (globalThis as unknown as { heard: StudioEvent[] }).heard.some(({ kind }) => kind === "saved"),
      undefined,
      { timeout: 200_000 },
    );
    const devTools = await context.newCDPSession(page);
    await devTools.send("Browser.crashGpuProcess");
    await page.waitForSelector("#alert:not([hidden])", { timeout: 60_000 });
    assert.match(await alertOf(page), /graphics device is gone/);
    await page.selectOption("#engine", "wasm");
    await page.click("#continue");
    await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
    assert.equal(await alertOf(page), "");
    const said = await answerOf(page);
    // There is another device, which goes too.
    await changeEngine(page, "webgpu");
    assert.ok(Math.abs((await answerOf(page)) - said) < 1e-4);
    // From which the model can be kept in all ways.
    for (const as of ["folder", "onnx", "page"]) {
      const download = page.waitForEvent("download", { timeout: 60_000 });
      await page.click(`#keep button[data-as="${as}"]`);
      assert.match((await download).suggestedFilename(), /^my-classifier.*\.zip$/);
    }
    await devTools.send("Browser.crashGpuProcess");
    await changeEngine(page, "wasm");
    assert.ok(Math.abs((await answerOf(page)) - said) < 1e-6);
  });
});
