import { OutOfMemoryError } from "../../errors";
import type { SegmentSource } from "../kernel-library";

/** A piece of a segment. */
export interface Block {
  segment: Uint8Array;
  /** From the start of the segment, in bytes. */
  offset: number;
  bytes: number;
}

/** A gap between blocks: [start, end) in bytes. */
interface Gap {
  start: number;
  end: number;
}

/** Blocks begin at multiples of this many bytes: four cache lines. */
const ALIGNMENT = 256;

/** A block larger than this gets a segment of its own. */
const SEGMENT_BYTES = 128 * 2 ** 20;

/**
 * Memory for tensors, taken from the system in large segments and given out in blocks. Fresh memory costs more than
 * most operations that would write to it: every page has to be zeroed and mapped at its first touch.
 */
export class BlockPool {
  /** The gaps of each segment, ascending, no two of them adjacent. */
  private readonly gaps = new Map<Uint8Array, Gap[]>();
  /** Bytes of all segments. */
  reservedBytes = 0;
  /** Bytes of all blocks that are given out. */
  usedBytes = 0;

  /**
   * @param segments      where segments come from
   * @param maxIdleBytes  unused segments beyond this are given back to the system
   * @param maxBytes      segments are no more than this altogether
   */
  constructor(
    private readonly segments: SegmentSource,
    private readonly maxIdleBytes: number,
    private readonly maxBytes = Infinity,
  ) {}

  /** A block with arbitrary content. It is the caller's until {@link release}. @throws OutOfMemoryError */
  take(minimumBytes: number): Block {
    const bytes = Math.ceil(minimumBytes / ALIGNMENT) * ALIGNMENT;
    const [segment, gap] = this.bestGap(bytes) ?? this.addSegment(bytes);
    const block = { segment, offset: gap.start, bytes };
    gap.start += bytes;
    if (gap.start === gap.end) {
      const gaps = this.gaps.get(segment)!;
      gaps.splice(gaps.indexOf(gap), 1);
    }
    this.usedBytes += bytes;
    return block;
  }

  /** Takes a block back; neighbouring gaps become one. */
  release({ segment, offset, bytes }: Block): void {
    const gaps = this.gaps.get(segment)!;
    const next = gaps.findIndex((gap) => gap.start > offset);
    const index = next === -1 ? gaps.length : next;
    const before = gaps[index - 1];
    const after = gaps[index];
    const joinsBefore = before?.end === offset;
    const joinsAfter = after?.start === offset + bytes;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      gaps.splice(index, 1);
    } else if (joinsBefore) before.end += bytes;
    else if (joinsAfter) after.start = offset;
    else gaps.splice(index, 0, { start: offset, end: offset + bytes });
    this.usedBytes -= bytes;
    if (this.reservedBytes - this.usedBytes > this.maxIdleBytes) this.trim();
  }

  /** Whether an array lies in this pool's memory. */
  owns(buffer: ArrayBufferLike): boolean {
    for (const segment of this.gaps.keys()) if (segment.buffer === buffer) return true;
    return false;
  }

  /** Gives segments without blocks back to the system. */
  trim(): void {
    for (const [segment, gaps] of this.gaps) {
      const [gap] = gaps;
      if (gap?.start !== 0 || gap.end !== segment.byteLength) continue;
      this.gaps.delete(segment);
      this.segments.release?.(segment);
      this.reservedBytes -= segment.byteLength;
    }
  }

  /** The smallest gap that is large enough. */
  private bestGap(bytes: number): [Uint8Array, Gap] | undefined {
    let best: [Uint8Array, Gap] | undefined;
    let bestSize = Infinity;
    for (const [segment, gaps] of this.gaps) {
      for (const gap of gaps) {
        const size = gap.end - gap.start;
        if (size < bytes || size >= bestSize) continue;
        if (size === bytes) return [segment, gap];
        best = [segment, gap];
        bestSize = size;
      }
    }
    return best;
  }

  private addSegment(bytes: number): [Uint8Array, Gap] {
    const segment = this.allocate(bytes);
    const gap = { start: 0, end: segment.byteLength };
    this.gaps.set(segment, [gap]);
    this.reservedBytes += segment.byteLength;
    return [segment, gap];
  }

  /** A new segment for so many bytes, and where there is room for more. */
  private allocate(bytes: number): Uint8Array {
    if (this.reservedBytes + bytes > this.maxBytes) this.trim();
    const left = this.maxBytes - this.reservedBytes;
    if (bytes > left) {
      const [limit, more] = [this.maxBytes, bytes].map((amount) => `${Math.round(amount / 2 ** 20)} MB`);
      throw new OutOfMemoryError(
        `There is no memory left: tensors may take ${limit}, and ${more} more were needed.`,
      );
    }
    try {
      return this.segments.allocate(Math.max(bytes, Math.min(SEGMENT_BYTES, left)));
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      // Once more with what lies idle, and no more than is needed.
      this.trim();
      return this.segments.allocate(bytes);
    }
  }
}
