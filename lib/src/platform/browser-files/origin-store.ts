import { copyContent, type Content } from "./content";
import { FileSystemError } from "./failures";
import { FileNode, FolderNode, type Store } from "./tree";

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
  /** The numbers under which files lie. */
  private readonly numbers = new Map<FileNode, string>();
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
      const listed = new Set<string>(numbersIn(newest.root));
      const files = new Map<string, FileNode>();
      const leftOver: string[] = [];
      let last = 0;
      for await (const number of (directory as Listed).keys()) {
        if ((LISTS as readonly string[]).includes(number)) continue;
        last = Math.max(last, Number(number) || 0);
        if (listed.has(number)) files.set(number, new FileNode());
        else leftOver.push(number);
      }
      for (const number of leftOver) await directory.removeEntry(number).catch(() => undefined);
      for (const [number, file] of files) {
        const handle = await access(directory, number, false);
        opened.push(handle);
        file.content = new OriginContent(handle);
      }
      const root = folderOf(newest.root, files);
      const store = new OriginStore(directory, lists, newest.version, last + 1, root);
      for (const [number, file] of files) store.numbers.set(file, number);
      root.store = store;
      return store;
    } catch (error) {
      for (const handle of [...lists, ...opened]) handle.close();
      throw error;
    }
  }

  async settle(file: FileNode): Promise<void> {
    const number = String(this.nextNumber++);
    const content = new OriginContent(await access(this.directory, number, true));
    // From here on nothing waits: what is written into the old content meanwhile, or a list without the new one, would be a loss.
    if (this.numbers.has(file)) {
      content.close();
      await this.directory.removeEntry(number).catch(() => undefined);
      return;
    }
    try {
      copyContent(file.content, content);
      content.flush();
    } catch (error) {
      content.close();
      await this.directory.removeEntry(number).catch(() => undefined);
      throw error;
    }
    file.content = content;
    this.numbers.set(file, number);
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
    for (const file of filesBelow(this.root)) if (!this.numbers.has(file)) await this.settle(file);
    const listed = this.listOf(this.root);
    const kept = new Set(numbersIn(listed));
    // Told now: what is made while the list is written is in none yet, and lives.
    const unnamed = [...this.numbers].filter(([file, number]) => !kept.has(number) && file.users === 0);
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
    for (const [file, number] of unnamed) {
      this.numbers.delete(file);
      (file.content as OriginContent).close();
      await this.directory.removeEntry(number).catch(() => undefined);
    }
  }

  private listOf(folder: FolderNode): ListedFolder {
    const listed = Object.create(null) as ListedFolder;
    for (const [name, node] of folder.entries) {
      if (node.kind === "folder") listed[name] = this.listOf(node);
      else {
        // A file that was made just now has none yet; the next list has it.
        const number = this.numbers.get(node);
        if (number !== undefined) listed[name] = `${number} ${node.modified}`;
      }
    }
    return listed;
  }
}

class OriginContent implements Content {
  constructor(private readonly handle: SyncAccessHandle) {}

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

/** A file whose content is not there is left out, rather than that all others could not be opened. */
function folderOf(listed: ListedFolder, files: ReadonlyMap<string, FileNode>): FolderNode {
  const folder = new FolderNode();
  for (const [name, entry] of Object.entries(listed)) {
    if (typeof entry !== "string") {
      folder.entries.set(name, folderOf(entry, files));
      continue;
    }
    const [number = "", modified] = entry.split(" ");
    const file = files.get(number);
    if (!file) continue;
    file.modified = Number(modified);
    folder.entries.set(name, file);
  }
  return folder;
}

function* filesBelow(folder: FolderNode): Generator<FileNode> {
  for (const node of folder.entries.values()) {
    if (node.kind === "folder") yield* filesBelow(node);
    else yield node;
  }
}
