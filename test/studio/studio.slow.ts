import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { pipeline } from "../../lib/src/inference/pipeline";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { defaultSettings, type StudioEvent } from "../../lib/src/studio/session/protocol";
import { startEngine } from "../engine";
import { tearDown } from "../teardown";
import { inNode, largestDifference, lossesOf } from "./in-node";
import { CHECKPOINT, noStudio, SENTENCES } from "./supplies";
import { tinyCheckpoint } from "./tiny-checkpoint";
import { browserProfile, paste, set, startStudio, visitStudio, alertOf } from "./visit";

/** Megabytes that the renderers of the browser with this profile take. */
function residentOf(profile: string): number {
  const parents = new Map<string, string>();
  const renderers: string[] = [];
  let browser = "";
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      parents.set(
        pid,
        readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ")[1]!,
      );
      if (command.includes("--type=renderer")) renderers.push(pid);
      else if (command.includes(`--user-data-dir=${profile}`) && !command.includes("--type=")) browser = pid;
    } catch {
      // Gone meanwhile.
    }
  }
  const isOwn = (pid: string | undefined): boolean =>
    pid !== undefined && pid !== "0" && (pid === browser || isOwn(parents.get(pid)));
  const pages = renderers
    .filter(isOwn)
    .map((pid) => Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]));
  return Math.round((pages.reduce((sum, each) => sum + each, 0) * 4096) / 2 ** 20);
}

describe("the studio", { skip: noStudio }, () => {
  test("trains 300 pasted sentences as Node.js does, without a network, and hands over what Node.js loads", async (t) => {
    const address = await startStudio(t, CHECKPOINT);
    const { page, requests, events } = await visitStudio(t, address, browserProfile(t));
    assert.ok(
      requests.every((url) => url.startsWith(address) || /^(blob|data):/.test(url)),
      requests.join("\n"),
    );
    const loaded = requests.length;
    await paste(page, SENTENCES);
    assert.equal(await alertOf(page), "");
    assert.match((await page.textContent("#brought-note"))!, /300 rows/);
    assert.match((await page.textContent("#estimate"))!, /85 steps, \d+ ms each as measured/);
    await page.click("#start");
    await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });

    await startEngine("wasm");
    const settings = defaultSettings("all", 384);
    const { outcome, losses } = await inNode(t, CHECKPOINT, settings, SENTENCES);
    const own = lossesOf(await events());
    assert.equal(own.length, 85);
    assert.ok(
      largestDifference(own.slice(0, 50), losses) < 1e-4,
      `${largestDifference(own.slice(0, 50), losses)}`,
    );
    const verdict = (await page.textContent("#verdict"))!;
    assert.ok(
      verdict.includes(`Of ${outcome.of} texts that it has not seen, it has ${outcome.right} right`),
      verdict,
    );
    assert.ok(outcome.accuracy > 0.7, `${outcome.accuracy}`);

    const texts = ["A warm and witty film that I would see again.", "Dull.", `${"word ".repeat(300)}fine`];
    const said: { label: string | null; score: number }[][] = [];
    for (const text of texts) {
      await page.evaluate(() => document.getElementById("answers")!.replaceChildren());
      await page.fill("#text", text);
      await page.waitForSelector("#answers th");
      const answers = await page.$$eval("#answers tr", (rows) =>
        rows.map((row) => ({
          label: row.querySelector("th")!.textContent,
          score: row.querySelector("meter")!.value,
        })),
      );
      said.push(answers);
    }
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click('#keep button[data-as="folder"]'),
    ]);
    const folder = mkdtempSync(path.join(tmpdir(), "finetune-download-"));
    tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
    await download.saveAs(path.join(folder, "model.zip"));
    execFileSync("python3", ["-m", "zipfile", "-e", "model.zip", "."], { cwd: folder });
    const classify = pipeline("text-classification", { model: path.join(folder, "my-classifier") });
    for (const [i, answers] of (await classify(texts, { topK: null })).entries()) {
      assert.deepEqual(
        said[i]!.map(({ label }) => label),
        answers.map(({ label }) => label),
      );
      // Logarithms of the scores: the logits, but for what is added to all of them.
      const difference = largestDifference(
        said[i]!.map(({ score }) => Math.log(score)),
        answers.map(({ score }) => Math.log(score)),
      );
      assert.ok(difference < 1e-4, `${texts[i]!.slice(0, 40)}: ${difference}`);
      t.diagnostic(
        `logits of "${texts[i]!.slice(0, 20)}": within ${difference.toExponential(1)} of Node.js's`,
      );
    }
    const model = await AutoModelForSequenceClassification.fromPretrained(path.join(folder, "my-classifier"));
    assert.deepEqual(Object.values(model.config.id2label), ["blame", "praise"]);
    assert.deepEqual(
      requests.slice(loaded).filter((url) => !url.startsWith("blob:")),
      [],
    );
  });

  test("goes on from its last checkpoint when the browser was killed in the midst of training", async (t) => {
    const address = await startStudio(t, CHECKPOINT);
    const profile = browserProfile(t);
    const first = await visitStudio(t, address, profile);
    await paste(first.page, SENTENCES);
    await first.page.click("#start");
    await first.page.waitForFunction(
      () => (globalThis as unknown as { heard: StudioEvent[] }).heard.some(({ kind }) => kind === "saved"),
      undefined,
      { timeout: 60_000 },
    );
    const before = lossesOf(await first.events());
    execFileSync("pkill", ["-9", "-f", profile]);
    await first.context.close().catch(() => undefined);

    const { page, events } = await visitStudio(t, address, profile);
    const offer = await page.innerText("#kept");
    const step = Number(/go on from step (\d+) of 85/.exec(offer)?.[1]);
    assert.ok(step > 0, offer);
    await page.click("#kept button.main");
    await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
    const after = lossesOf(await events());
    assert.equal(after.length, 85 - step);

    await startEngine("wasm");
    const { losses } = await inNode(t, CHECKPOINT, defaultSettings("all", 384), SENTENCES);
    assert.ok(largestDifference(before, losses) < 1e-4);
    assert.ok(largestDifference(after, losses.slice(step)) < 1e-4);
  });

  test("pauses, goes on, and says what it has in mind; nothing is lost by a reload", async (t) => {
    const address = await startStudio(t, CHECKPOINT);
    const { page, context, events } = await visitStudio(t, address, browserProfile(t));
    await paste(page, SENTENCES);
    await page.check('input[value="head"]');
    await set(page, "epochs", "40");
    await page.click("#start");
    await page.waitForFunction(() => (globalThis as unknown as { heard: unknown[] }).heard.length > 30);
    await page.click("#pause");
    await page.waitForSelector("#continue:not([hidden])");
    const paused = lossesOf(await events()).length;
    assert.match((await page.textContent("#progress-note"))!, /Paused at step \d+/);
    await context.setOffline(false);
    await page.reload();
    await page.waitForSelector("html[data-ready]", { state: "attached" });
    assert.match(await page.innerText("#kept"), /interrupted. It can go on from step \d+ of 680/);
    await page.click("#kept button.main");
    await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
    assert.ok(lossesOf(await events()).length < 680 - paused + 3);
  });

  test("a full storage ends no training", async (t) => {
    const address = await startStudio(t, CHECKPOINT);
    const { page, context } = await visitStudio(t, address, browserProfile(t));
    const { origin } = new URL(address);
    const devTools = await context.newCDPSession(page);
    const leave = async (bytes: number) => {
      const { usage } = await devTools.send("Storage.getUsageAndQuota", { origin });
      await devTools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + bytes });
    };
    // Not even the sentences.
    await leave(1000);
    await paste(page, SENTENCES);
    assert.equal(await alertOf(page), "");
    // The sentences, and no checkpoint.
    await leave(20_000_000);
    await paste(page, SENTENCES);
    await page.click("#start");
    await page.waitForFunction(
      () => {
        const { heard } = globalThis as unknown as { heard: StudioEvent[] };
        const full = heard.findIndex(
          (event) => event.kind === "note" && event.text.includes("storage for this page is full"),
        );
        return full >= 0 && heard.slice(full).some(({ kind }) => kind === "step");
      },
      undefined,
      { timeout: 60_000 },
    );
    // It is paused and goes on as well.
    await page.click("#pause");
    await page.click("#continue", { timeout: 60_000 });
    await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click('#keep button[data-as="folder"]'),
    ]);
    const file = path.join(browserProfile(t), "model.zip");
    await download.saveAs(file);
    assert.ok(readFileSync(file).length > 38_000_000);
  });

  test("a model of one's own, an adapter, and the other ways to keep what it became", async (t) => {
    const checkpoint = await tinyCheckpoint(t);
    const address = await startStudio(t, CHECKPOINT);
    const { page, context } = await visitStudio(t, address, browserProfile(t));
    await page.evaluate(() => {
      document.getElementById("train")!.hidden = false;
      document.querySelector("details")!.open = true;
    });
    await page.setInputFiles("#folder", checkpoint);
    await page.waitForFunction(() =>
      document.getElementById("model")!.innerText.includes("2 layers and 64 numbers"),
    );
    await paste(page, SENTENCES);
    await page.check('input[value="lora"]');
    await page.click("#start");
    await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
    const text = "A warm and witty film.";
    await page.fill("#text", text);
    await page.waitForSelector("#answers th");
    const said = await page.$eval("#answers th", (cell) => cell.textContent);

    const folder = mkdtempSync(path.join(tmpdir(), "finetune-download-"));
    tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
    for (const as of ["onnx", "page"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download", { timeout: 60_000 }),
        page.click(`#keep button[data-as="${as}"]`),
      ]);
      assert.equal(download.suggestedFilename(), `my-classifier-${as}.zip`);
      await download.saveAs(path.join(folder, `${as}.zip`));
    }
    const listed = execFileSync("python3", ["-m", "zipfile", "-l", "onnx.zip"], {
      cwd: folder,
      encoding: "utf8",
    });
    for (const name of ["onnx/model.onnx", "onnx/model_quantized.onnx", "config.json", "tokenizer.json"]) {
      assert.ok(listed.includes(name), listed);
    }
    execFileSync("python3", ["-m", "zipfile", "-e", "page.zip", "."], { cwd: folder });
    const answering = await context.newPage();
    await answering.goto(pathToFileURL(path.join(folder, "my-classifier/index.html")).href);
    await answering.waitForSelector("html[data-ready]", { state: "attached", timeout: 60_000 });
    await answering.fill("#text", text);
    await answering.waitForSelector("#answers tr");
    assert.equal(await answering.$eval("#answers th", (cell) => cell.textContent), said);
  });

  test("a model of the Hub is fetched before the page is cut off", async (t) => {
    const checkpoint = await tinyCheckpoint(t);
    const address = await startStudio(t, CHECKPOINT);
    const { page, context } = await visitStudio(t, address, browserProfile(t));
    await context.setOffline(false);
    await page.route("https://huggingface.co/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      const file = path.join(checkpoint, pathname.replace("/owner/tiny/resolve/main/", ""));
      const headers = {
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
      };
      if (pathname.startsWith("/owner/tiny/") && existsSync(file)) {
        await route.fulfill({ body: readFileSync(file), headers });
      } else await route.fulfill({ status: 404, body: "", headers });
    });
    await page.evaluate(() => {
      document.getElementById("train")!.hidden = false;
      document.querySelector("details")!.open = true;
    });
    await page.fill("#hub-name", "owner/tiny");
    await page.press("#hub-name", "Enter");
    await page.waitForFunction(
      () =>
        document.documentElement.dataset.ready === "" &&
        document.getElementById("model")!.innerText.includes("2 layers"),
    );
    // What it trains can go on with it, and not with the page's own.
    await paste(page, SENTENCES);
    await set(page, "epochs", "60");
    await page.click("#start");
    await page.waitForFunction(() =>
      (globalThis as unknown as { heard: StudioEvent[] }).heard.some(({ kind }) => kind === "saved"),
    );
    await page.click("#pause");
    await page.waitForSelector("#continue:not([hidden])");
    await page.goto(address);
    await page.waitForSelector("html[data-ready]", { state: "attached" });
    assert.match(await page.innerText("#kept"), /It began with owner\/tiny, and can go on where/);
    assert.ok(!(await page.isVisible("#kept button.main")));
    await page.goto(`${address}?model=owner/tiny`);
    await page.waitForSelector("html[data-ready]", { state: "attached" });
    await page.click("#kept button.main");
    await page.waitForSelector("#result:not([hidden])", { timeout: 60_000 });
    await page.goto(`${address}?model=owner/none`);
    await page.waitForSelector("#alert:not([hidden])");
    assert.match(await alertOf(page), /owner\/none\/resolve\/main\/config.json is not there/);
  });

  const needsProc = process.platform === "linux" ? false : "needs /proc";
  test("its memory stays flat over a long training", { skip: needsProc }, async (t) => {
    const checkpoint = await tinyCheckpoint(t);
    const address = await startStudio(t, checkpoint);
    const profile = browserProfile(t);
    const { page } = await visitStudio(t, address, profile);
    await paste(page, SENTENCES);
    await set(page, "epochs", "90");
    await page.click("#start");
    const at = async (step: number) => {
      await page.waitForFunction(
        (step) =>
          (globalThis as unknown as { heard: StudioEvent[] }).heard.some(
            (event) => event.kind === "step" && event.maxSteps > 5 && event.step >= step,
          ),
        step,
        { timeout: 240_000 },
      );
      return residentOf(profile);
    };
    const early = await at(300);
    const late = await at(1500);
    t.diagnostic(`resident: ${early} MB after 300 steps, ${late} MB after 1,500`);
    assert.ok(early > 50 && late < early + 150, `${early} MB, then ${late} MB`);
  });

  test(
    "its pictures for the README",
    { skip: process.env.UPDATE_SCREENSHOTS ? false : "with UPDATE_SCREENSHOTS=1" },
    async (t) => {
      const address = await startStudio(t, CHECKPOINT);
      const { page } = await visitStudio(t, address, browserProfile(t));
      await page.setViewportSize({ width: 900, height: 1100 });
      await page.click("#use-example");
      await page.waitForFunction(() =>
        document.getElementById("estimate")!.innerText.includes("as measured"),
      );
      await page.click("#start");
      await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
      await page.fill("#text", "A warm and witty film that I would see again.");
      await page.waitForSelector("#answers th");
      const picture = (name: string) => path.resolve(__dirname, `../../docs/images/studio-${name}.png`);
      await page.screenshot({ path: picture("light"), fullPage: true });
      await page.emulateMedia({ colorScheme: "dark" });
      await page.screenshot({ path: picture("dark"), fullPage: true });
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 390, height: 800 });
      await page.evaluate(() => document.getElementById("train")!.scrollIntoView());
      await page.screenshot({ path: picture("phone") });
    },
  );
});
