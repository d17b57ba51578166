import { Buffer } from "buffer";
import { FileSystemError } from "./failures";
import { Stats } from "./stats";
import { FileNode, locate, put, type FolderNode, type Place } from "./tree";

/** What `open` may be asked for; the numbers are Linux's. */
export const constants = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 64,
  O_EXCL: 128,
  O_TRUNC: 512,
  O_APPEND: 1024,
  O_NOFOLLOW: 0,
};

const FLAGS = new Map<string, number>([
  ["r", constants.O_RDONLY],
  ["r+", constants.O_RDWR],
  ["w", constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC],
  ["w+", constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC],
  ["wx", constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_EXCL],
  ["a", constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND],
  ["a+", constants.O_RDWR | constants.O_CREAT | constants.O_APPEND],
]);

/** What a path leads to is opened: whether it has to be made, and what then becomes of it. */
export interface Opening {
  place: Place;
  isNew: boolean;
  appends: boolean;
  node: FileNode | FolderNode;
}

/**
 * Opens a file or, for reading alone, a folder; a new file begins with nothing.
 *
 * @throws FileSystemError where the flags do not allow what is there
 */
export function openNode(path: string, flags: string | number): Opening {
  const bits = typeof flags === "number" ? flags : FLAGS.get(flags);
  if (bits === undefined) throw new FileSystemError("EINVAL", "open", path);
  const place = locate(path, "open");
  const appends = (bits & constants.O_APPEND) !== 0;
  if (place.node === undefined) {
    if ((bits & constants.O_CREAT) === 0) throw new FileSystemError("ENOENT", "open", path);
    const node = new FileNode();
    put(place, node);
    return { place, isNew: true, appends, node };
  }
  if ((bits & constants.O_EXCL) !== 0) throw new FileSystemError("EEXIST", "open", path);
  if (place.node.kind === "folder") {
    if ((bits & (constants.O_WRONLY | constants.O_RDWR)) !== 0)
      throw new FileSystemError("EISDIR", "open", path);
  } else if ((bits & constants.O_TRUNC) !== 0) place.node.content.truncate(0);
  return { place, isNew: false, appends, node: place.node };
}

/** An open file, as `fs.promises` gives one. */
export class OpenFile {
  private position = 0;
  private isOpen = true;

  constructor(private readonly opening: Opening) {
    if (opening.node.kind === "file") opening.node.users++;
  }

  async read(into: Uint8Array, offset = 0, length = into.length - offset, position: number | null = null) {
    const at = position ?? this.position;
    const bytesRead = this.file.content.read(into.subarray(offset, offset + length), at);
    if (position === null) this.position += bytesRead;
    return Promise.resolve({ bytesRead, buffer: into });
  }

  async write(bytes: Uint8Array, offset = 0, length = bytes.length - offset, position: number | null = null) {
    const { file } = this;
    const at = this.opening.appends ? file.content.size : (position ?? this.position);
    file.content.write(bytes.subarray(offset, offset + length), at);
    file.modified = Date.now();
    if (position === null) this.position = at + length;
    return Promise.resolve({ bytesWritten: length, buffer: bytes });
  }

  async readFile(): Promise<Buffer> {
    return Promise.resolve(bytesOf(this.file));
  }

  async truncate(size = 0): Promise<void> {
    this.file.content.truncate(size);
    return Promise.resolve();
  }

  async stat(): Promise<Stats> {
    return Promise.resolve(new Stats(this.opening.node));
  }

  async sync(): Promise<void> {
    const { node, place } = this.opening;
    if (node.kind === "file") node.content.flush();
    await place.store?.commit();
  }

  async close(): Promise<void> {
    const { node } = this.opening;
    if (this.isOpen && node.kind === "file") node.users--;
    this.isOpen = false;
    return Promise.resolve();
  }

  private get file(): FileNode {
    const { node } = this.opening;
    if (node.kind === "folder") throw new FileSystemError("EISDIR", "read");
    return node;
  }
}

/** All that a file holds. */
export function bytesOf({ content }: FileNode): Buffer {
  const bytes = Buffer.alloc(content.size);
  content.read(bytes, 0);
  return bytes;
}
