import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { studio } from "../../lib/src/cli/studio";
import { serveStudio, writeStudio } from "../../lib/src/studio/serve";
import { tearDown } from "../teardown";
import { CHECKPOINT, noStudio, SENTENCES } from "./supplies";
import { alertOf, browserProfile, paste, startStudio, visitStudio } from "./visit";

/** Ways out of a page, as text: what compiles this file would put names into it that a page does not know. */
const CONNECTIONS = `(async () => {
  const outcome = (attempt) => Promise.resolve().then(attempt).then(() => "went out", () => "refused");
  const worker = (program) => new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
  return {
    fetch: await outcome(() => fetch("OWN")),
    socket: await outcome(() => new Promise((settle, fail) => {
      const socket = new WebSocket("OWN".replace("http", "ws"));
      socket.onopen = settle;
      socket.onerror = fail;
    })),
    image: await outcome(() => new Promise((settle, fail) => {
      const image = new Image();
      image.onload = settle;
      image.onerror = fail;
      image.src = "OWN";
    })),
    worker: await outcome(() => new Promise((settle, fail) => {
      worker('fetch("OWN").then(() => postMessage(true), () => postMessage(false))').onmessage = ({ data }) => (data ? settle() : fail());
    })),
  };
})()`;

describe("the studio", { skip: noStudio }, () => {
  test("connects to nothing once it is loaded, nor does its worker", async (t) => {
    const hits: string[] = [];
    const listener = createServer((request, response) => {
      hits.push(request.url!);
      response.writeHead(200, { "access-control-allow-origin": "*", "content-type": "image/svg+xml" });
      response.end('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    tearDown(t, () => listener.close());
    const elsewhere = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
    const address = await startStudio(t, CHECKPOINT);
    const { page, context } = await visitStudio(t, address, browserProfile(t));
    await context.setOffline(false);
    for (const target of [elsewhere, address]) {
      const tried = await page.evaluate<Record<string, string>>(CONNECTIONS.replaceAll("OWN", target));
      assert.deepEqual(new Set(Object.values(tried)), new Set(["refused"]), JSON.stringify(tried));
    }
    // Chromium says yes to a beacon, and then sends none.
    await page.evaluate((url) => navigator.sendBeacon(url, "x"), elsewhere);
    await page.waitForTimeout(500);
    assert.deepEqual(hits, []);
  });

  test("each thing that is wrong is said, and nothing is lost", async (t) => {
    const address = await startStudio(t, CHECKPOINT);
    const { page } = await visitStudio(t, address, browserProfile(t));
    const choose = async (name: string, buffer: Buffer) => {
      await page.evaluate(() => (document.getElementById("alert")!.hidden = true));
      await page.setInputFiles("#file", { name, mimeType: "text/csv", buffer });
      await page.waitForFunction(
        () => !document.getElementById("alert")!.hidden || !document.getElementById("train")!.hidden,
      );
      return await alertOf(page);
    };
    // Another encoding.
    assert.match(
      await choose("latin1.csv", Buffer.from("text,label\ncafé,a\nthé,b\n", "latin1")),
      /latin1\.csv, line 2: .*not UTF-8/,
    );
    assert.match(await choose("utf16.csv", Buffer.from("\ufefftext,label\na,b\n", "utf16le")), /UTF-16/);
    // A column too few; a cell too few; nothing; one label.
    assert.match(
      await choose("one.csv", Buffer.from("text\nfine\ndull\n")),
      /one column, "text".*Two are needed/s,
    );
    assert.match(await choose("short.csv", Buffer.from('text,label\n"a, b",x\nc\n')), /line 3/);
    assert.match(await choose("empty.csv", Buffer.from("")), /empty\.csv is empty/);
    assert.match(
      await choose("same.csv", Buffer.from("text,label\na,x\nb,x\nc,x\nd,x\n")),
      /All rows have the label "x"/,
    );
    // What was pasted is still there.
    await page.fill("#paste", SENTENCES);
    assert.match(await choose("half.json", Buffer.from('[{"text": "a", "label":')), /half\.json/);
    assert.equal(await page.inputValue("#paste"), SENTENCES);
    // A class with one example, told of before training.
    await paste(page, `${SENTENCES}\nHm.\tshrug`);
    assert.equal(await alertOf(page), "");
    assert.match(await page.innerText("#warnings"), /"shrug" has 1 example/);
    // A million characters, in one cell and in many.
    await paste(page, `${SENTENCES}\n${"word ".repeat(200_000)}\tpraise`);
    assert.equal(await alertOf(page), "");
    assert.match((await page.textContent("#estimate"))!, /Of one text the end is not read/);
    await paste(page, Array.from({ length: 40 }, () => SENTENCES).join("\n"));
    assert.equal(await alertOf(page), "");
    assert.match((await page.textContent("#brought-note"))!, /12,000 rows/);
    // Settings that are none.
    await page.evaluate(() => (document.querySelector("details")!.open = true));
    await page.fill("#epochs", "0");
    await page.dispatchEvent("#epochs", "change");
    await page.waitForSelector("#alert:not([hidden])");
    assert.match(await alertOf(page), /Epochs/);
    // A device without WebGPU.
    assert.match(await page.innerText("#engine"), /webgpu \(not here\)/);
  });

  test("can be used with the keyboard, in the dark and on a telephone", async (t) => {
    const address = await startStudio(t, CHECKPOINT);
    const { page } = await visitStudio(t, address, browserProfile(t));
    const colours = async (colorScheme: "light" | "dark") => {
      await page.emulateMedia({ colorScheme });
      return await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    };
    assert.notEqual(await colours("light"), await colours("dark"));
    await page.setViewportSize({ width: 360, height: 740 });
    await page.focus("#use-example");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#train:not([hidden])");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${overflow} px wider than the screen`);
    const nameless = await page.$$eval("input, select, textarea, button, progress", (controls) =>
      controls
        .filter((control) => (control as HTMLElement).offsetParent !== null)
        .filter((control) => {
          const named = (control as HTMLInputElement).labels?.length ?? 0;
          return named === 0 && !control.hasAttribute("aria-label") && !control.textContent?.trim();
        })
        .map(({ id, outerHTML }) => id || outerHTML),
    );
    assert.deepEqual(nameless, []);
  });
});

test("the page's folder is written for any host", { skip: noStudio }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-studio-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const site = path.join(folder, "site");
  assert.equal(await studio(["--output", site, "--json"]), 0);
  for (const file of [
    "index.html",
    "app.js",
    "worker.js",
    "assets/kernels.wasm",
    "checkpoint/model.safetensors",
  ]) {
    assert.ok(existsSync(path.join(site, file)), file);
  }
  // With another model, beside which other things lie.
  const model = path.join(folder, "model");
  cpSync(CHECKPOINT, model, { recursive: true });
  mkdirSync(path.join(model, "checkpoint-50"));
  writeFileSync(path.join(model, "notes.txt"), "not for others");
  rmSync(path.join(model, "tokenizer_config.json"));
  await writeStudio(site, { model });
  assert.deepEqual(readdirSync(path.join(site, "checkpoint")).sort(), [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
  ]);
  const { address, close } = await serveStudio({ model });
  tearDown(t, close);
  const status = async (name: string) => (await fetch(`${address}checkpoint/${name}`)).status;
  assert.deepEqual(await Promise.all(["config.json", "notes.txt", "", "../package.json"].map(status)), [
    ...[200, 404, 404, 404],
  ]);
  // Never over the model itself.
  const own = path.join(site, "checkpoint");
  await assert.rejects(writeStudio(site, { model: own }), /choose another folder/);
  assert.ok(existsSync(path.join(own, "model.safetensors")));
});
