import { CHECKPOINT_FILES } from "../../browser/checkpoint-files";
import type { Supplies } from "../session/protocol";

/** What the library needs beside the worker's program. */
const ASSETS = [
  "kernels.wasm",
  "kernels.relaxed-simd.wasm",
  "thread.mjs",
  "page-app.js",
  "page-runtime.wasm.gz",
  "examples.tsv",
];
/** Of a pretrained model's files the first two have to be there; the page's own model has the first four, which `serveStudio` sees to. */
const NEEDED = 2;
const OWN = 4;

export interface Loaded extends Supplies {
  /** The worker's program. */
  program: Blob;
}

/**
 * Fetches everything that the page will ever need.
 *
 * @param model  a name on the Hub; empty: the model that comes with the page
 * @param tell   hears how many bytes have come
 */
export async function loadSupplies(model: string, tell: (bytes: number) => void): Promise<Loaded> {
  let bytes = 0;
  const get = (url: string) => fetchBlob(url, (more) => tell((bytes += more)));
  const named = async (names: readonly string[], url: (name: string) => string, optionalFrom: number) => {
    const blobs = await Promise.all(names.map((name) => get(url(name))));
    const found = names.flatMap((name, i): [string, Blob][] => {
      const blob = blobs[i];
      if (blob) return [[name, blob]];
      if (i >= optionalFrom) return [];
      throw new Error(`${url(name)} is not there.`);
    });
    return Object.fromEntries(found);
  };
  const base =
    model === ""
      ? "checkpoint/"
      : `https://huggingface.co/${model.split("/").map(encodeURIComponent).join("/")}/resolve/main/`;
  const [program, assets, checkpoint] = await Promise.all([
    get("worker.js"),
    named(ASSETS, (name) => `assets/${name}`, ASSETS.length),
    named(model === "" ? CHECKPOINT_FILES.slice(0, OWN) : CHECKPOINT_FILES, (name) => base + name, NEEDED),
  ]);
  if (!program) throw new Error("worker.js is not there.");
  return { program, assets, checkpoint, model };
}

/** @returns undefined for what is not there */
async function fetchBlob(url: string, tell: (bytes: number) => void): Promise<Blob | undefined> {
  const response = await fetch(url).catch((cause: Error) => {
    throw new Error(`${url} cannot be fetched (${cause.message}).`, { cause });
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${url} cannot be fetched: the server answers ${response.status}.`);
  const parts: BlobPart[] = [];
  const reader = response.body!.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    tell(part.value.length);
  }
  return new Blob(parts, { type: url.endsWith("js") ? "text/javascript" : "application/octet-stream" });
}

/**
 * From here on the page can connect to nothing, and what it starts neither: a worker of a blob has the policy of the page that starts
 * it. A policy can be added to a page, and none can be taken away.
 */
export function lock(): void {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content =
    "connect-src 'none'; img-src data: blob:; font-src 'none'; media-src 'none'; frame-src 'none'; form-action 'none'";
  document.head.append(policy);
}
