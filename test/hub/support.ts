import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { HubError, type HubFailure } from "../../lib/src/errors";
import { setFirstDelay } from "../../lib/src/hub/request";
import { type HubServer, type HubServerOptions, startHub } from "./hub-server";

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A folder that the test takes with it. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-hub-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server, an empty cache, and waits between attempts of milliseconds. */
export async function hubForTest(
  context: TestContext,
  options: HubServerOptions,
): Promise<{ hub: HubServer; cacheDir: string; at: { endpoint: string; cacheDir: string; token: false } }> {
  setFirstDelay(1);
  const hub = await startHub(options);
  context.after(() => hub.close());
  const cacheDir = path.join(temporaryFolder(context), "cache");
  return { hub, cacheDir, at: { endpoint: hub.endpoint, cacheDir, token: false } };
}

/** For assert.rejects. */
export function hubError(reason: HubFailure, ...says: RegExp[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof HubError)) throw error;
    if (error.reason !== reason) throw new Error(`reason ${error.reason}, not ${reason}: ${error.message}`);
    for (const text of says)
      if (!text.test(error.message)) throw new Error(`${text} is not in: ${error.message}`);
    return true;
  };
}

/** Every path in a folder, sorted; folders are left out. */
export function allFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}
