import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { serveStudio } from "../../lib/src/studio/serve";
import type { StudioEvent } from "../../lib/src/studio/session/protocol";
import { browserProgram } from "../browser";
import { tearDown, type Owner } from "../teardown";

/** WebGPU on a device that a program plays: slow, and there on every machine. */
export const SIMULATED_GPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Every address that the page has asked for. */
  requests: string[];
  /** What its worker has told, from the last loading of the page on. */
  events: () => Promise<StudioEvent[]>;
}

/** A profile of its own, in which the page's storage outlives the browser. */
export function browserProfile(t: Owner): string {
  const profile = mkdtempSync(path.join(tmpdir(), "finetune-profile-"));
  tearDown(t, () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  return profile;
}

/** Serves the page to this machine until the test ends. */
export async function startStudio(t: Owner, checkpoint: string): Promise<string> {
  const { address, close } = await serveStudio({ model: checkpoint });
  tearDown(t, close);
  return address;
}

/**
 * Opens the studio, and pulls the plug of the network as soon as it is ready.
 *
 * @param profile  see {@link browserProfile}
 */
export async function visitStudio(
  t: Owner,
  address: string,
  profile: string,
  args: string[] = [],
): Promise<Visit> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserProgram(),
    args: ["--no-sandbox", ...args],
    handleSIGTERM: false,
    acceptDownloads: true,
  });
  tearDown(t, () => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(() => {
    const heard: unknown[] = [];
    Object.assign(globalThis, { heard });
    document.addEventListener("studio", (event) => heard.push((event as CustomEvent).detail));
  });
  await page.goto(address);
  await page.waitForSelector("html[data-ready]", { state: "attached", timeout: 60_000 });
  await context.setOffline(true);
  const events = () => page.evaluate(() => (globalThis as unknown as { heard: StudioEvent[] }).heard);
  return { page, context, requests, events };
}

/** What the page says is wrong; empty where nothing is. */
export async function alertOf(page: Page): Promise<string> {
  return (await page.isVisible("#alert")) ? (await page.textContent("#alert"))! : "";
}

/** Pastes a table, and waits until the page has made something of it. */
export async function paste(page: Page, table: string): Promise<void> {
  // As a whole: Playwright's typing takes half a minute for a million characters, which a browser takes at once.
  await page.evaluate((text) => {
    (document.getElementById("paste") as HTMLTextAreaElement).value = text;
    document.getElementById("estimate")!.innerText = "";
  }, table);
  await page.click("#use-paste");
  await page.waitForFunction(
    () =>
      !document.getElementById("alert")!.hidden ||
      (!document.getElementById("train")!.hidden &&
        document.getElementById("estimate")!.innerText.includes("as measured")),
    undefined,
    { timeout: 60_000 },
  );
}

/** Sets a field of "More settings". */
export async function set(page: Page, id: string, value: string): Promise<void> {
  await page.evaluate(() => (document.querySelector("details")!.open = true));
  await page.fill(`#${id}`, value);
  await page.press(`#${id}`, "Tab");
}
