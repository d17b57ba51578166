/** Bytes of a record: a number, its type, and the length of an array; see lib/native/wasm/include/napi.h. */
const RECORD = 16;

/** The most arguments that a function has, with room to spare. */
const MOST_ARGUMENTS = 32;

/** Types of records. */
const MISSING = 0;
const OTHER = 1;
const NUMBER = 2;
const BOOLEAN = 3;
const ARRAYS = new Map<unknown, number>([
  [Float32Array, 4],
  [Int32Array, 5],
  [Uint16Array, 6],
]);

type Values = Float32Array | Uint16Array | Int32Array;

/** A part of a buffer, in bytes, and the address of its copy. */
interface Span {
  start: number;
  end: number;
  address: number;
}

/** The module's memory, as far as arguments need it. */
export interface ModuleMemory {
  readonly buffer: ArrayBufferLike;
  /** Address of so many new bytes. */
  take(bytes: number): number;
  give(address: number): void;
  /** Whether an array lies in this memory. */
  owns(array: Values): boolean;
}

/**
 * Arguments as the module's functions read them: an array of records in its memory. Arrays that lie in this memory are
 * passed by their address; small ones of JavaScript's own are copied there for the time of the call, and back behind it.
 */
export class ArgumentRecords {
  readonly address: number;
  private readonly view: DataView;
  /** Memory for copies, as large as has been needed. */
  private copies = { address: 0, bytes: 0 };

  constructor(private readonly memory: ModuleMemory) {
    this.address = memory.take(MOST_ARGUMENTS * RECORD);
    this.view = new DataView(memory.buffer, this.address, MOST_ARGUMENTS * RECORD);
  }

  /**
   * Writes the records and calls `body`.
   *
   * @returns what it returns
   */
  with<T>(args: readonly unknown[], body: () => T): T {
    const spans = this.place(args);
    args.forEach((arg, index) => this.write(index, arg, spans));
    if (spans.size === 0) return body();
    const memory = new Uint8Array(this.memory.buffer);
    for (const [buffer, { start, end, address }] of spans) {
      memory.set(new Uint8Array(buffer, start, end - start), address);
    }
    try {
      return body();
    } finally {
      for (const [buffer, { start, end, address }] of spans) {
        new Uint8Array(buffer, start, end - start).set(memory.subarray(address, address + end - start));
      }
    }
  }

  /** Where arrays that lie elsewhere are copied to; those of one buffer together, so that they overlap as they did. */
  private place(args: readonly unknown[]): Map<ArrayBufferLike, Span> {
    const spans = new Map<ArrayBufferLike, Span>();
    for (const arg of args) {
      // An array of no length may be one whose memory was given away.
      if (!isValues(arg) || arg.byteLength === 0 || this.memory.owns(arg)) continue;
      const [start, end] = [arg.byteOffset, arg.byteOffset + arg.byteLength];
      const span = spans.get(arg.buffer) ?? { start, end, address: 0 };
      spans.set(arg.buffer, { ...span, start: Math.min(span.start, start), end: Math.max(span.end, end) });
    }
    let bytes = 0;
    for (const span of spans.values()) {
      // Each element lies as its type wants it.
      span.start -= span.start % RECORD;
      span.address = bytes;
      bytes += Math.ceil((span.end - span.start) / RECORD) * RECORD;
    }
    const base = this.roomFor(bytes);
    for (const span of spans.values()) span.address += base;
    return spans;
  }

  private roomFor(bytes: number): number {
    if (bytes > this.copies.bytes) {
      if (this.copies.bytes > 0) this.memory.give(this.copies.address);
      this.copies = { address: 0, bytes: 0 };
      this.copies = { address: this.memory.take(bytes), bytes };
    }
    return this.copies.address;
  }

  private write(index: number, arg: unknown, spans: Map<ArrayBufferLike, Span>): void {
    if (isValues(arg)) {
      const span = spans.get(arg.buffer);
      const address = span ? span.address + arg.byteOffset - span.start : arg.byteOffset;
      this.record(index, address, ARRAYS.get(arg.constructor)!, arg.length);
    } else if (typeof arg === "number") this.record(index, arg, NUMBER);
    else if (typeof arg === "boolean") this.record(index, Number(arg), BOOLEAN);
    else this.record(index, 0, arg === null || arg === undefined ? MISSING : OTHER);
  }

  private record(index: number, value: number, type: number, length = 0): void {
    const { view } = this;
    view.setFloat64(index * RECORD, value, true);
    view.setInt32(index * RECORD + 8, type, true);
    view.setUint32(index * RECORD + 12, length, true);
  }
}

const isValues = (arg: unknown): arg is Values => ArrayBuffer.isView(arg) && ARRAYS.has(arg.constructor);
