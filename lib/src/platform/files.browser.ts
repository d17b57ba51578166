/**
 * The files that the library works on in a browser: in memory, and beyond the page where a folder is kept in the origin's private
 * storage. The functions are Node.js's, as far as the library uses them.
 */
import { Buffer } from "buffer";
import { FileSystemError } from "./browser-files/failures";
import { bytesOf, OpenFile, openNode } from "./browser-files/open-file";
import { Dirent, Stats } from "./browser-files/stats";
import {
  find,
  findFile,
  findFolder,
  locate,
  makeFolder,
  put,
  renameNode,
  take,
  type FileNode,
  type FolderNode,
  type Place,
} from "./browser-files/tree";

export { constants } from "./browser-files/open-file";
export type { OpenFile as FileHandle } from "./browser-files/open-file";

type Encoding = "utf8" | "utf-8" | { encoding?: "utf8" | "utf-8" | null } | null;

// For what nobody keeps, as on every machine.
makeFolder("/tmp", true);

// At once.

export function existsSync(path: string): boolean {
  try {
    return locate(path, "stat").node !== undefined;
  } catch {
    return false;
  }
}

export function statSync(path: string, { throwIfNoEntry = true } = {}): Stats | undefined {
  if (!throwIfNoEntry && !existsSync(path)) return undefined;
  return new Stats(find(path, "stat"));
}

export function readFileSync(path: string, encoding?: Encoding): Buffer | string {
  const bytes = bytesOf(findFile(path, "open"));
  return isText(encoding) ? bytes.toString("utf8") : bytes;
}

export function appendFileSync(path: string, data: string | Uint8Array): void {
  const { node, place } = openNode(path, "a");
  const file = node as FileNode;
  file.content.write(typeof data === "string" ? Buffer.from(data) : data, file.content.size);
  file.modified = Date.now();
  keepLater(place);
}

export function mkdirSync(path: string, { recursive = false } = {}): void {
  const place = makeFolder(path, recursive);
  if (place) keepLater(place);
}

const descriptors = new Map<number, FileNode>();
let lastDescriptor = 2;

export function openSync(path: string, flags: string): number {
  const { node, place, isNew } = openNode(path, flags);
  if (node.kind === "folder") throw new FileSystemError("EISDIR", "open", path);
  if (isNew) keepLater(place);
  descriptors.set(++lastDescriptor, node);
  return lastDescriptor;
}

export function readSync(
  descriptor: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number {
  const file = descriptors.get(descriptor);
  if (!file) throw new FileSystemError("EBADF", "read");
  return file.content.read(into.subarray(offset, offset + length), position);
}

export function closeSync(descriptor: number): void {
  descriptors.delete(descriptor);
}

// In their own time; what changes names is durable when they are done.

export async function open(path: string, flags: string | number): Promise<OpenFile> {
  const opening = openNode(path, flags);
  const opened = new OpenFile(opening);
  const { place, node, isNew } = opening;
  if (!isNew || !place.store) return opened;
  try {
    // At once where it is to stay: what is large is not held in memory.
    await place.store.settle(node as FileNode);
    return opened;
  } catch (error) {
    await opened.close();
    take(place);
    throw error;
  }
}

export async function mkdir(path: string, { recursive = false } = {}): Promise<void> {
  await makeFolder(path, recursive)?.store?.commit();
}

export async function mkdtemp(prefix: string): Promise<string> {
  const path = `${prefix}${Math.random().toString(36).slice(2, 8)}`;
  await mkdir(path);
  return path;
}

export function readFile(path: string): Promise<Buffer>;
export function readFile(path: string, encoding: Encoding): Promise<Buffer | string>;
export async function readFile(path: string, encoding?: Encoding): Promise<Buffer | string> {
  return Promise.resolve(readFileSync(path, encoding));
}

export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const { content } = findFile(path, "open");
  for (let at = 0; at < content.size;) {
    const piece = new Uint8Array(Math.min(2 ** 20, content.size - at));
    at += content.read(piece, at);
    yield await Promise.resolve(piece);
  }
}

export async function writeFile(
  path: string,
  data: string | Uint8Array,
  options: { flag?: string } | string = {},
): Promise<void> {
  const handle = await open(path, (typeof options === "object" ? options.flag : undefined) ?? "w");
  try {
    await handle.write(typeof data === "string" ? Buffer.from(data) : data);
  } finally {
    await handle.close();
  }
  await locate(path, "open").store?.commit();
}

export async function copyFile(from: string, to: string): Promise<void> {
  await writeFile(to, await readFile(from));
}

export function readdir(path: string): Promise<string[]>;
export function readdir(
  path: string,
  options: { withFileTypes: true; recursive?: boolean },
): Promise<Dirent[]>;
export async function readdir(
  path: string,
  options: { withFileTypes?: boolean; recursive?: boolean } = {},
): Promise<string[] | Dirent[]> {
  const found = [...entriesOf(findFolder(path, "scandir"), path, options.recursive ?? false)];
  return Promise.resolve(options.withFileTypes ? found : found.map(({ name }) => name));
}

function* entriesOf(folder: FolderNode, path: string, recursive: boolean): Generator<Dirent> {
  for (const [name, node] of folder.entries) {
    yield new Dirent(name, path, node);
    if (recursive && node.kind === "folder")
      yield* entriesOf(node, `${path.replace(/\/$/, "")}/${name}`, true);
  }
}

export async function stat(path: string): Promise<Stats> {
  return Promise.resolve(new Stats(find(path, "stat")));
}

export async function rename(from: string, to: string): Promise<void> {
  const places = renameNode(from, to);
  for (const { store } of places) await store?.commit();
}

export async function rm(path: string, { recursive = false, force = false } = {}): Promise<void> {
  if (force && isMissing(path)) return;
  const place = locate(path, "rm");
  if (place.node === undefined) throw new FileSystemError("ENOENT", "rm", path);
  if (place.node.kind === "folder" && !recursive) throw new FileSystemError("EISDIR", "rm", path);
  take(place);
  await place.store?.commit();
}

export async function link(from: string, to: string): Promise<void> {
  const place = locate(to, "link");
  if (place.node) throw new FileSystemError("EEXIST", "link", to);
  put(place, findFile(from, "link"));
  await place.store?.commit();
}

/** Whether nothing is there; not so where a file stands in the place of a folder. */
function isMissing(path: string): boolean {
  try {
    return locate(path, "stat").node === undefined;
  } catch (error) {
    return (error as FileSystemError).code === "ENOENT";
  }
}

/** There are no links that lead elsewhere: callers copy where they are refused. */
export function symlink(_target: string, path: string): Promise<never> {
  return Promise.reject(new FileSystemError("EPERM", "symlink", path));
}

const isText = (encoding?: Encoding): boolean =>
  typeof encoding === "string" || (typeof encoding === "object" && Boolean(encoding?.encoding));

/** What was done at once becomes durable as soon as it can; who needs to know syncs the file or its folder. */
function keepLater({ store }: Place): void {
  store?.commit().catch(() => undefined);
}
