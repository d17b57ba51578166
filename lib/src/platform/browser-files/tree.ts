import { MemoryContent, type Content } from "./content";
import { FileSystemError } from "./failures";

/** A file: names in folders lead to it, and whoever has opened it. */
export class FileNode {
  readonly kind = "file";
  modified = Date.now();
  /** How many have it open: what it holds stays when its last name is gone. */
  users = 0;
  constructor(public content: Content = new MemoryContent()) {}
}

export class FolderNode {
  readonly kind = "folder";
  modified = Date.now();
  readonly entries = new Map<string, Node>();
  /** Where this folder and all below it are kept; undefined: in memory, or where the folder above is. */
  store: Store | undefined;
}

export type Node = FileNode | FolderNode;

/** Keeps a folder beyond the page. */
export interface Store {
  /** Has a new file's content lie there from now on. */
  settle(file: FileNode): Promise<void>;
  /** Makes durable that names have changed. */
  commit(): Promise<void>;
}

/** Where a path leads. */
export interface Place {
  parent: FolderNode;
  name: string;
  node: Node | undefined;
  store: Store | undefined;
}

export const ROOT = new FolderNode();

/** The parts of a path; the current folder is the root. */
export function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}

/**
 * Where a path leads, and whether something is there.
 *
 * @throws FileSystemError where the folder above is missing, or is none
 */
export function locate(path: string, syscall: string): Place {
  const parts = partsOf(path);
  const name = parts.pop();
  let store = ROOT.store;
  if (name === undefined) return { parent: ROOT, name: "", node: ROOT, store };
  let parent = ROOT;
  for (const part of parts) {
    const next = parent.entries.get(part);
    if (next === undefined) throw new FileSystemError("ENOENT", syscall, path);
    if (next.kind !== "folder") throw new FileSystemError("ENOTDIR", syscall, path);
    parent = next;
    store = next.store ?? store;
  }
  const node = parent.entries.get(name);
  return { parent, name, node, store: (node?.kind === "folder" && node.store) || store };
}

/** What is there. @throws FileSystemError where nothing is */
export function find(path: string, syscall: string): Node {
  const { node } = locate(path, syscall);
  if (node === undefined) throw new FileSystemError("ENOENT", syscall, path);
  return node;
}

/** @throws FileSystemError where there is no file */
export function findFile(path: string, syscall: string): FileNode {
  const node = find(path, syscall);
  if (node.kind === "folder") throw new FileSystemError("EISDIR", syscall, path);
  return node;
}

/** @throws FileSystemError where there is no folder */
export function findFolder(path: string, syscall: string): FolderNode {
  const node = find(path, syscall);
  if (node.kind !== "folder") throw new FileSystemError("ENOTDIR", syscall, path);
  return node;
}

/** Puts a file or a folder under its name. */
export function put({ parent, name }: Place, node: Node): void {
  parent.entries.set(name, node);
  parent.modified = Date.now();
}

/** Takes a name away. */
export function take({ parent, name }: Place): void {
  parent.entries.delete(name);
  parent.modified = Date.now();
}

/**
 * Makes a folder, and with `recursive` those above it.
 *
 * @returns where the first new one is; undefined if all were there
 */
export function makeFolder(path: string, recursive: boolean): Place | undefined {
  const parts = partsOf(path);
  if (!recursive) {
    const place = locate(path, "mkdir");
    if (place.node) throw new FileSystemError("EEXIST", "mkdir", path);
    put(place, new FolderNode());
    return place;
  }
  let first: Place | undefined;
  for (let depth = 1; depth <= parts.length; depth++) {
    const place = locate(`/${parts.slice(0, depth).join("/")}`, "mkdir");
    if (place.node?.kind === "folder") continue;
    if (place.node) throw new FileSystemError(depth === parts.length ? "EEXIST" : "ENOTDIR", "mkdir", path);
    put(place, new FolderNode());
    first ??= place;
  }
  return first;
}

/**
 * Renames as POSIX does: in one step, a file that is in the way is replaced, an empty folder too.
 *
 * @returns both places
 */
export function renameNode(from: string, to: string): [Place, Place] {
  const source = locate(from, "rename");
  const target = locate(to, "rename");
  const { node } = source;
  if (node === undefined) throw new FileSystemError("ENOENT", "rename", from);
  if (`/${partsOf(to).join("/")}/`.startsWith(`/${partsOf(from).join("/")}/`) && target.node !== node) {
    throw new FileSystemError("EINVAL", "rename", to);
  }
  // A folder that it lies in.
  if (`/${partsOf(from).join("/")}/`.startsWith(`/${partsOf(to).join("/")}/`) && target.node !== node) {
    throw new FileSystemError("ENOTEMPTY", "rename", to);
  }
  if (source.store !== target.store) throw new FileSystemError("EXDEV", "rename", to);
  if (target.node === node) return [source, target];
  if (target.node?.kind === "folder") {
    if (node.kind !== "folder") throw new FileSystemError("EISDIR", "rename", to);
    if (target.node.entries.size > 0) throw new FileSystemError("ENOTEMPTY", "rename", to);
  } else if (target.node && node.kind === "folder") throw new FileSystemError("ENOTDIR", "rename", to);
  take(source);
  put(target, node);
  return [source, target];
}
