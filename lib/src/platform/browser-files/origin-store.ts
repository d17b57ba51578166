import { copyContent, type Content } from "./content";
import { FileSystemError } from "./failures";
import { FileNode, FolderNode, type Node, type Store } from "./tree";

/** A file of the origin's private storage, opened for calls that do not wait; only workers have it. @see WHATWG File System */
interface SyncAccessHandle {
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
type FileHandleWithAccess = FileSystemFileHandle & { createSyncAccessHandle?(): Promise<SyncAccessHandle> };
type Listed = FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };

/** A folder as the list of names holds it. */
interface ListedFolder {
  [name: string]: ListedFolder | string;
}

interface NameList {
  version: number;
  root: ListedFolder;
}

const LISTS = ["names-a", "names-b"] as const;
/** Of a list: its number, the length of its text, and a checksum of both and the text. */
const HEAD = 16;
/** How long the storage of a page that was just closed may still be held by it. */
const PATIENCE_MS = 5000;

/**
 * Keeps a folder in the origin's private storage, so that a tab that is killed at any moment loses nothing that was made durable.
 *
 * The storage has no renames of folders, on which the library's atomic checkpoints rest. So contents lie there under numbers that are
 * never given twice, and which name leads to which number is written in a list, of which there are two that take turns: the one with
 * the higher number that is whole holds. To rename is to write the other list. What no list names is deleted when the storage is opened.
 */
export class OriginStore implements Store {
  private readonly names = new Map<Content, string>();
  private committing: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  private constructor(
    private readonly directory: FileSystemDirectoryHandle,
    private readonly lists: readonly SyncAccessHandle[],
    private version: number,
    private nextNumber: number,
    readonly root: FolderNode,
  ) {}

  /**
   * Opens what is kept under a name.
   *
   * @throws Error where the browser has no such storage, this is no worker, or another tab has it open
   */
  static async open(name: string): Promise<OriginStore> {
    const storage = (navigator as { storage?: StorageManager }).storage;
    if (!storage?.getDirectory) {
      throw new Error(
        "This page has no private storage: it is there on https and localhost, not in private windows of all browsers.",
      );
    }
    const directory = await (await storage.getDirectory()).getDirectoryHandle(name, { create: true });
    const lists: SyncAccessHandle[] = [];
    const opened: SyncAccessHandle[] = [];
    try {
      for (const list of LISTS) lists.push(await access(directory, list, true));
      const read = lists.map(readList).filter((list): list is NameList => list !== undefined);
      const newest = read.sort((a, b) => b.version - a.version)[0] ?? { version: 0, root: {} };
      const contents = new Map<string, OriginContent>();
      let last = 0;
      const kept = new Set<string>(numbersIn(newest.root));
      const leftOver: string[] = [];
      for await (const file of (directory as Listed).keys()) {
        if ((LISTS as readonly string[]).includes(file)) continue;
        last = Math.max(last, Number(file) || 0);
        if (!kept.has(file)) leftOver.push(file);
      }
      for (const file of leftOver) await directory.removeEntry(file).catch(() => undefined);
      for (const file of kept) {
        const handle = await access(directory, file, false);
        opened.push(handle);
        contents.set(file, new OriginContent(handle));
      }
      const root = folderOf(newest.root, contents);
      const store = new OriginStore(directory, lists, newest.version, last + 1, root);
      for (const [file, content] of contents) store.names.set(content, file);
      root.store = store;
      return store;
    } catch (error) {
      for (const handle of [...lists, ...opened]) handle.close();
      throw error;
    }
  }

  async create(): Promise<Content> {
    const name = String(this.nextNumber++);
    const content = new OriginContent(await access(this.directory, name, true));
    this.names.set(content, name);
    return content;
  }

  /** Changes that come while one list is being written go into the next one, all together. */
  commit(): Promise<void> {
    this.waiting ??= this.committing
      .catch(() => undefined)
      .then(() => {
        this.waiting = undefined;
        this.committing = this.write();
        return this.committing;
      });
    return this.waiting;
  }

  private async write(): Promise<void> {
    await this.adopt(this.root);
    const listed = this.listOf(this.root);
    const text = new TextEncoder().encode(JSON.stringify(listed));
    const bytes = new Uint8Array(HEAD + text.length);
    const view = new DataView(bytes.buffer);
    view.setFloat64(0, this.version + 1, true);
    view.setUint32(8, text.length, true);
    bytes.set(text, HEAD);
    view.setUint32(12, checksum(bytes), true);
    const list = this.lists[(this.version + 1) % LISTS.length]!;
    withinQuota("write", () => {
      list.truncate(bytes.length);
      list.write(bytes, { at: 0 });
      list.flush();
    });
    this.version++;
    const kept = new Set(numbersIn(listed));
    for (const [content, name] of this.names) {
      if (kept.has(name) || (content as OriginContent).isOpen) continue;
      this.names.delete(content);
      (content as OriginContent).close();
      await this.directory.removeEntry(name).catch(() => undefined);
    }
  }

  /** Files that were made without waiting lie in memory until now. */
  private async adopt(folder: FolderNode): Promise<void> {
    for (const node of folder.entries.values()) {
      if (node.kind === "folder") await this.adopt(node);
      else if (!this.names.has(node.content)) {
        const content = await this.create();
        // What is written into the old one meanwhile would be lost: nothing waits between copy and change of hands.
        copyContent(node.content, content);
        content.flush();
        node.content = content;
      }
    }
  }

  private listOf(folder: FolderNode): ListedFolder {
    const listed = Object.create(null) as ListedFolder;
    for (const [name, node] of folder.entries) {
      listed[name] =
        node.kind === "folder" ? this.listOf(node) : `${this.names.get(node.content)!} ${node.modified}`;
    }
    return listed;
  }
}

class OriginContent implements Content {
  /** How many have the file open: it is deleted when its last name and the last of them are gone. */
  users = 0;

  constructor(private readonly handle: SyncAccessHandle) {}

  get isOpen(): boolean {
    return this.users > 0;
  }

  get size(): number {
    return this.handle.getSize();
  }

  read(into: Uint8Array, at: number): number {
    return this.handle.read(into, { at });
  }

  write(bytes: Uint8Array, at: number): void {
    withinQuota("write", () => {
      const written = this.handle.write(bytes, { at });
      if (written < bytes.length) throw new FileSystemError("ENOSPC", "write");
    });
  }

  truncate(size: number): void {
    withinQuota("ftruncate", () => this.handle.truncate(size));
  }

  flush(): void {
    withinQuota("fsync", () => this.handle.flush());
  }

  close(): void {
    this.handle.close();
  }
}

/** A page that was killed holds its files for a moment longer. @throws Error where another one holds them for good */
async function access(
  directory: FileSystemDirectoryHandle,
  name: string,
  create: boolean,
): Promise<SyncAccessHandle> {
  const file = (await directory.getFileHandle(name, { create })) as FileHandleWithAccess;
  if (!file.createSyncAccessHandle) throw new Error("Only a worker can work on the page's private storage.");
  const started = Date.now();
  for (;;) {
    try {
      return await file.createSyncAccessHandle();
    } catch (cause) {
      if ((cause as Error).name === "QuotaExceededError")
        throw new FileSystemError("ENOSPC", "open", name, { cause });
      if ((cause as Error).name !== "NoModificationAllowedError") throw cause;
      if (Date.now() - started > PATIENCE_MS) {
        throw new Error("Another tab works on what this page keeps. Close it, and try again.", { cause });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function withinQuota<T>(syscall: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if ((cause as Error).name !== "QuotaExceededError") throw cause;
    throw new FileSystemError("ENOSPC", syscall, undefined, { cause });
  }
}

/** @returns undefined for a list that is not whole */
function readList(handle: SyncAccessHandle): NameList | undefined {
  const bytes = new Uint8Array(handle.getSize());
  if (handle.read(bytes, { at: 0 }) < HEAD) return undefined;
  const view = new DataView(bytes.buffer);
  const [version, length, sum] = [
    view.getFloat64(0, true),
    view.getUint32(8, true),
    view.getUint32(12, true),
  ];
  if (bytes.length !== HEAD + length) return undefined;
  view.setUint32(12, 0, true);
  if (checksum(bytes) !== sum) return undefined;
  return { version, root: JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD))) as ListedFolder };
}

/** FNV-1a: tells what was torn, not what was forged. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}

function* numbersIn(folder: ListedFolder): Generator<string> {
  for (const entry of Object.values(folder)) {
    if (typeof entry === "string") yield entry.split(" ")[0]!;
    else yield* numbersIn(entry);
  }
}

function folderOf(listed: ListedFolder, contents: ReadonlyMap<string, Content>): FolderNode {
  const folder = new FolderNode();
  for (const [name, entry] of Object.entries(listed)) folder.entries.set(name, nodeOf(entry, contents));
  return folder;
}

function nodeOf(entry: ListedFolder | string, contents: ReadonlyMap<string, Content>): Node {
  if (typeof entry !== "string") return folderOf(entry, contents);
  const [number = "", modified] = entry.split(" ");
  const file = new FileNode(contents.get(number));
  file.modified = Number(modified);
  return file;
}
