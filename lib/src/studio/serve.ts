import { createReadStream, existsSync } from "node:fs";
import { cp, mkdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { CHECKPOINT_FILES } from "../browser/checkpoint-files";
import { embeddedCheckpoint } from "../embedded";
import { ConfigError } from "../errors";
import { downloadSnapshot } from "../hub/snapshot";
import { refuseUnknownOptions } from "../known-options";

/** What is built, as far from lib/src as from lib/dist: the page, */
const BUILT = path.resolve(__dirname, "../../dist");
export const STUDIO_FOLDER = path.join(BUILT, "studio-page");
/** and what it shares with others, by its name in the page's folder. */
const SHARED = new Map([
  ["assets/kernels.wasm", "web/assets/kernels.wasm"],
  ["assets/kernels.relaxed-simd.wasm", "web/assets/kernels.relaxed-simd.wasm"],
  ["assets/thread.mjs", "web/assets/thread.mjs"],
  ["assets/page-app.js", "export/page/app.js"],
]);

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

export interface StudioOptions {
  /** The pretrained model that training begins with: a folder, or a name on the Hub. Default: the `bert-3x384` that comes along. */
  model?: string;
}

export interface ServeStudioOptions extends StudioOptions {
  /** Default: one that is free. */
  port?: number;
}

/** A studio that is served. */
export interface ServedStudio {
  /** To be opened in a browser on this machine. */
  address: string;
  close: () => Promise<void>;
}

/**
 * Serves the studio to this machine: a page in which one brings labelled sentences, fine-tunes a classifier and keeps it, all of it in
 * the browser.
 *
 * @throws ConfigError if the port is taken, the model has no weights in one file of safetensors, or the library is not built
 * @example
 * const { address, close } = await serveStudio();
 * console.log(address); // http://127.0.0.1:43217/
 * await close();
 */
export async function serveStudio(options: ServeStudioOptions = {}): Promise<ServedStudio> {
  refuseUnknownOptions("serveStudio", options, ["model", "port"]);
  const { model, port = 0 } = options;
  const checkpoint = await checkpointOf(model);
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

/** The file of an address; undefined for what is no file below one of the folders. */
async function fileOf(url: string, checkpoint: string): Promise<{ path: string; size: number } | undefined> {
  let parts: string[];
  try {
    parts = decodeURIComponent(new URL(url, "http://localhost").pathname).split("/").filter(Boolean);
  } catch {
    return undefined;
  }
  const shared = SHARED.get(parts.join("/"));
  const [folder, names] =
    parts[0] === "checkpoint"
      ? // Not what else lies in a folder of somebody's.
        [path.resolve(checkpoint), CHECKPOINT_FILES.filter((name) => name === parts.slice(1).join("/"))]
      : shared === undefined
        ? [STUDIO_FOLDER, parts.length === 0 ? ["index.html"] : parts]
        : [BUILT, [shared]];
  const file = path.resolve(folder, ...names);
  if (!file.startsWith(folder + path.sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? { path: file, size: found.size } : undefined;
}

/**
 * Writes the studio as a folder for any host of static files that speaks https. The model of an earlier one that lies there goes.
 *
 * @returns the page's file
 * @throws ConfigError as {@link serveStudio}
 * @example
 * await writeStudio("out/studio", { model: "distilbert-base-uncased" });
 */
export async function writeStudio(directory: string, options: StudioOptions = {}): Promise<string> {
  refuseUnknownOptions("writeStudio", options, ["model"]);
  const checkpoint = await checkpointOf(options.model);
  const target = path.join(directory, "checkpoint");
  if (path.resolve(checkpoint) === path.resolve(target)) {
    throw new ConfigError(
      `${checkpoint} is where the studio's page would have its own copy of the model; choose another folder for it.`,
    );
  }
  await mkdir(directory, { recursive: true });
  await cp(STUDIO_FOLDER, directory, { recursive: true });
  for (const [name, built] of SHARED) await cp(path.join(BUILT, built), path.join(directory, name));
  await mkdir(target, { recursive: true });
  for (const name of CHECKPOINT_FILES) {
    const [from, to] = [path.join(checkpoint, name), path.join(target, name)];
    if (existsSync(from)) await cp(from, to, { dereference: true });
    // Of another model.
    else await rm(to, { force: true });
  }
  return path.join(directory, "index.html");
}

/** What the page fetches of a model. */
const NEEDED = CHECKPOINT_FILES.slice(0, 3);

async function checkpointOf(model = "bert-3x384"): Promise<string> {
  if (!existsSync(path.join(STUDIO_FOLDER, "index.html"))) {
    throw new ConfigError("The studio's page is not built; run `npm run build`.");
  }
  const folder = embeddedCheckpoint(model) ?? (existsSync(model) ? model : await fromHub(model));
  const missing = NEEDED.find((file) => !existsSync(path.join(folder, file)));
  if (missing === undefined) return folder;
  throw new ConfigError(`The studio's page needs ${missing}, which ${model} has not.`);
}

const fromHub = (name: string): Promise<string> =>
  downloadSnapshot({
    repo: { type: "model", name },
    allowPatterns: CHECKPOINT_FILES,
  });
