import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { ConfigError } from "../errors";

/** The page, built: as far from lib/src as from lib/dist. */
export const STUDIO_FOLDER = path.resolve(__dirname, "../../dist/studio-page");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Isolates the page from other origins, for which browsers give it memory that threads share. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/**
 * Serves the studio's page to this machine.
 *
 * @param checkpoint  folder of the pretrained model that it begins with
 * @param port        0: one that is free
 * @throws ConfigError if the port is taken
 */
export async function serveStudio(
  checkpoint: string,
  port = 0,
): Promise<{ address: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void fileOf(request.url ?? "/", checkpoint).then((file) => {
      if (!file || (request.method !== "GET" && request.method !== "HEAD")) {
        response.writeHead(file ? 405 : 404, HEADERS).end();
        return;
      }
      const type = TYPES[path.extname(file.path)] ?? "application/octet-stream";
      response.writeHead(200, { ...HEADERS, "content-type": type, "content-length": file.size });
      if (request.method === "HEAD") response.end();
      else
        createReadStream(file.path)
          .on("error", () => response.destroy())
          .pipe(response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "is taken; choose another, or none" : error.message;
      reject(new ConfigError(`studio: port ${port} ${reason}.`, { cause: error }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The file of an address; undefined for what is no file below one of the two folders. */
async function fileOf(url: string, checkpoint: string): Promise<{ path: string; size: number } | undefined> {
  let parts: string[];
  try {
    parts = decodeURIComponent(new URL(url, "http://localhost").pathname).split("/").filter(Boolean);
  } catch {
    return undefined;
  }
  const isModel = parts[0] === "checkpoint";
  const folder = path.resolve(isModel ? checkpoint : STUDIO_FOLDER);
  const file = path.resolve(
    folder,
    ...(isModel ? parts.slice(1) : parts.length === 0 ? ["index.html"] : parts),
  );
  if (!file.startsWith(folder + path.sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? { path: file, size: found.size } : undefined;
}
