import type { Node } from "./tree";

/** What there is to know of a file or folder, as Node.js tells it. */
export class Stats {
  readonly size: number;
  readonly mtimeMs: number;
  readonly mtime: Date;

  constructor(private readonly node: Node) {
    this.size = node.kind === "file" ? node.content.size : node.entries.size;
    this.mtimeMs = node.modified;
    this.mtime = new Date(node.modified);
  }

  isFile(): boolean {
    return this.node.kind === "file";
  }

  isDirectory(): boolean {
    return this.node.kind === "folder";
  }

  isSymbolicLink(): boolean {
    return false;
  }
}

/** A name in a folder, and what it is of. */
export class Dirent {
  constructor(
    readonly name: string,
    /** The folder that it lies in. */
    readonly parentPath: string,
    private readonly node: Node,
  ) {}

  get path(): string {
    return this.parentPath;
  }

  isFile(): boolean {
    return this.node.kind === "file";
  }

  isDirectory(): boolean {
    return this.node.kind === "folder";
  }

  isSymbolicLink(): boolean {
    return false;
  }
}
