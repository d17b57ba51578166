import { FinetuneError } from "../errors";
import { startProgress } from "../progress";
import { bytesOf } from "../platform/browser-files/open-file";
import { OriginStore } from "../platform/browser-files/origin-store";
import { findFile, locate, makeFolder, put } from "../platform/browser-files/tree";
import { writeStream } from "../platform/browser-files/write-stream";
import { mkdir, readdir, rm, writeFile } from "../platform/files.browser";
import path from "../platform/path.browser";
import { CHECKPOINT_FILES } from "./checkpoint-files";

/** What a file can be made of. */
export type FileContent = Blob | Uint8Array | ArrayBuffer | string;

/** The progress of files of more bytes is shown. */
const LARGE = 2 ** 22;

/**
 * Puts files where the library's functions find them: in memory, until the page is closed.
 *
 * @param files   what a visitor has chosen or dropped (`FileList`, or `File`s; those of a folder keep their paths in it), or
 *                contents by name
 * @param folder  where they go. Default `/files`
 * @returns       the folder
 * @example
 * const folder = await addFiles(input.files);
 * const dataset = await loadDataset(`${folder}/reviews.csv`);
 * const other = await loadDataset(`${await addFiles({ "more.csv": "text,label\nGood.,1\n" })}/more.csv`);
 */
export async function addFiles(
  files: Iterable<File> | ArrayLike<File> | Record<string, FileContent>,
  folder = "/files",
): Promise<string> {
  const named: [string, FileContent][] =
    Symbol.iterator in files || "length" in files
      ? Array.from(files as ArrayLike<File>, (file) => [
          withoutTop(file.webkitRelativePath) || file.name,
          file,
        ])
      : Object.entries(files);
  await mkdir(folder, { recursive: true });
  for (const [name, content] of named) {
    const file = path.join(folder, path.normalize(`/${name}`));
    await mkdir(path.dirname(file), { recursive: true });
    if (content instanceof Blob) await writeStream(content.stream(), file);
    else await writeFile(file, content instanceof ArrayBuffer ? new Uint8Array(content) : content);
  }
  return folder;
}

/** `model/config.json` of a chosen folder is its `config.json`. */
const withoutTop = (relative: string | undefined): string => relative?.split("/").slice(1).join("/") ?? "";

/**
 * Fetches a model's folder from a server, to be loaded by `fromPretrained`.
 *
 * @param url     of the folder
 * @param folder  where its files go. Default: a folder of the address's last name in `/models`
 * @param files   their names. Default: what a checkpoint in one file of safetensors has; those that the server has not are left out
 * @returns       the folder
 * @throws FinetuneError where it cannot be fetched, or has no config.json
 * @example
 * const model = await AutoModelForSequenceClassification.fromPretrained(await fetchCheckpoint("./models/my-model"));
 */
export async function fetchCheckpoint(
  url: string | URL,
  folder?: string,
  files: readonly string[] = CHECKPOINT_FILES,
): Promise<string> {
  const base = new URL(url, typeof document === "undefined" ? location.href : document.baseURI);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const target = folder ?? `/models/${base.pathname.split("/").at(-2) || "model"}`;
  await mkdir(target, { recursive: true });
  for (const name of files) {
    const address = new URL(name, base);
    const response = await fetch(address).catch((cause: Error) => {
      throw new FinetuneError(
        `${address.href} cannot be fetched: ${cause.message}. Is the page allowed to ask that server?`,
        { cause },
      );
    });
    if (response.status === 404 && name !== "config.json") continue;
    // A server of single pages answers everything with its first one.
    const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
    if (!response.ok || isPage) {
      if (isPage && name !== "config.json") continue;
      throw new FinetuneError(
        `${address.href} is not there: the server answers ${isPage ? "with a page" : response.status}.`,
      );
    }
    const total = Number(response.headers.get("content-length"));
    const bar = total > LARGE ? startProgress({ label: name, total, unit: "bytes" }) : undefined;
    try {
      await writeStream(response.body!, path.join(target, name), (bytes) => bar?.update(bytes));
    } finally {
      bar?.finish();
    }
  }
  return target;
}

/**
 * Keeps a folder in the origin's private storage from now on: what is saved into it is there when the page is opened again, also
 * where it was closed or killed in the midst of it. Only in a worker.
 *
 * @param folder  e.g. `/runs`; must not be there yet
 * @param name    of what is kept. Default: the folder's path
 * @throws FinetuneError where the browser has no such storage, or another tab works on it
 * @example
 * await keepFolder("/runs");
 * const args = new TrainingArguments({ outputDir: "/runs/reviews", saveSteps: 50 });
 */
export async function keepFolder(folder: string, name = folder.replaceAll("/", "-")): Promise<void> {
  makeFolder(path.dirname(folder), true);
  const place = locate(folder, "mount");
  if (place.node)
    throw new FinetuneError(`${folder} is there already; keep a folder before anything is put into it.`);
  const store = await OriginStore.open(`finetune-ts${name}`).catch((cause: Error) => {
    throw new FinetuneError(`${folder} cannot be kept: ${cause.message}`, { cause });
  });
  put(place, store.root);
}

/** The paths of all files below a folder, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** What a file holds. */
export function readBytes(file: string): Uint8Array {
  return bytesOf(findFile(file, "open"));
}

/** Deletes a file or a folder with all that is in it; nothing happens where there is none. */
export async function removeFiles(fileOrFolder: string): Promise<void> {
  await rm(fileOrFolder, { recursive: true, force: true });
}
