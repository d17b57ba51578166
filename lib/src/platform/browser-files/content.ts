/** The bytes of a file. */
export interface Content {
  readonly size: number;
  /** Fills `into` with what lies from `at` on. @returns how many bytes there were */
  read(into: Uint8Array, at: number): number;
  /** Puts bytes in place; what lies between the end and `at` becomes 0. */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  /** Makes durable what was written. */
  flush(): void;
}

/** Content is held in blocks of so many bytes: a file that grows is never copied. */
const BLOCK = 2 ** 18;

/** Content that is gone when the page is closed. */
export class MemoryContent implements Content {
  private blocks: Uint8Array[] = [];
  size = 0;

  read(into: Uint8Array, at: number): number {
    const length = Math.max(0, Math.min(into.length, this.size - at));
    for (let done = 0; done < length;) {
      const start = (at + done) % BLOCK;
      const piece = this.blocks[Math.floor((at + done) / BLOCK)]!.subarray(start, start + length - done);
      into.set(piece, done);
      done += piece.length;
    }
    return length;
  }

  write(bytes: Uint8Array, at: number): void {
    this.grow(at + bytes.length);
    for (let done = 0; done < bytes.length;) {
      const start = (at + done) % BLOCK;
      const block = this.blocks[Math.floor((at + done) / BLOCK)]!;
      const piece = bytes.subarray(done, done + block.length - start);
      block.set(piece, start);
      done += piece.length;
    }
  }

  truncate(size: number): void {
    if (size >= this.size) return this.grow(size);
    this.blocks.length = Math.ceil(size / BLOCK);
    // What is cut off must not come back when the file grows again.
    this.blocks.at(-1)?.fill(0, size % BLOCK || BLOCK);
    this.size = size;
  }

  flush(): void {}

  /** Every block is whole but for the only one of a small file, which grows by doubling. */
  private grow(size: number): void {
    if (size <= this.size) return;
    const [first] = this.blocks;
    if (first && first.length < BLOCK && first.length < size) {
      this.blocks[0] = resized(
        first,
        size > BLOCK ? BLOCK : Math.min(BLOCK, Math.max(2 * first.length, size)),
      );
    }
    if (this.blocks.length === 0) this.blocks.push(new Uint8Array(Math.min(BLOCK, size)));
    while (this.blocks.length * BLOCK < size) this.blocks.push(new Uint8Array(BLOCK));
    this.size = size;
  }
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}

/** Takes all of a content over into another. */
export function copyContent(from: Content, to: Content): void {
  const piece = new Uint8Array(Math.min(from.size, 4 * BLOCK));
  for (let at = 0; at < from.size;) {
    const count = from.read(piece, at);
    to.write(piece.subarray(0, count), at);
    at += count;
  }
}
