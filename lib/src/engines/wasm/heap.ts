import { OutOfMemoryError } from "../../errors";
import type { SegmentSource } from "../kernel-library";

/** The module's own allocator: whole pages of 64 KB; address 0 where there are none left. */
export interface Allocator {
  take(bytes: number): number;
  give(address: number): void;
}

/** A module's memory. */
export class ModuleHeap implements SegmentSource {
  /** A shared memory that grows has a new object for it each time; arrays on the old ones go on. */
  private readonly buffers = new WeakSet<ArrayBufferLike>();

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly allocator: Allocator,
  ) {}

  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  /** Whether an array lies in this memory. */
  owns(array: ArrayBufferView): boolean {
    return this.buffers.has(array.buffer);
  }

  /** Address of so many new bytes. @throws OutOfMemoryError if there are none left */
  take(bytes: number): number {
    const address = bytes < 2 ** 32 ? this.allocator.take(bytes) >>> 0 : 0;
    if (address === 0) throw outOfMemory();
    return address;
  }

  give(address: number): void {
    this.allocator.give(address);
  }

  allocate(bytes: number): Uint8Array {
    const address = this.take(bytes);
    const { buffer } = this.memory;
    this.buffers.add(buffer);
    return new Uint8Array(buffer, address, bytes);
  }

  release({ byteOffset }: Uint8Array): void {
    this.give(byteOffset);
  }
}

export function outOfMemory(): OutOfMemoryError {
  return new OutOfMemoryError(
    "The wasm engine ran out of memory: it has 4 GB at most. Choose a smaller batch or model, or another engine.",
  );
}
