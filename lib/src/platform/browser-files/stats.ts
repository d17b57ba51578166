import type { Node } from "./tree";

/** What can be asked of whatever lies under a name. */
class Described {
  constructor(private readonly node: Node) {}

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

/** What there is to know of a file or folder, as Node.js tells it. */
export class Stats extends Described {
  readonly size: number;
  readonly mtimeMs: number;
  readonly mtime: Date;

  constructor(node: Node) {
    super(node);
    this.size = node.kind === "file" ? node.content.size : node.entries.size;
    this.mtimeMs = node.modified;
    this.mtime = new Date(node.modified);
  }
}

/** A name in a folder, and what it is of. */
export class Dirent extends Described {
  constructor(
    readonly name: string,
    /** The folder that it lies in. */
    readonly parentPath: string,
    node: Node,
  ) {
    super(node);
  }

  get path(): string {
    return this.parentPath;
  }
}
