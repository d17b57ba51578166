import os from "node:os";
import { OutOfMemoryError } from "../../errors";
import { asOutOfMemory } from "../out-of-memory";
import type { SegmentSource } from "../kernel-library";
import type { Addon } from "./addon";

/**
 * Memory from the system. Linux promises more than it has, and ends a process that takes it at its word; so what is there
 * is looked at first.
 */
export function systemSegments(addon: Pick<Addon, "allocateSegment">): SegmentSource {
  return {
    reachesAllMemory: true,
    allocate(bytes) {
      if (bytes > MOST_BYTES) {
        throw new OutOfMemoryError(
          `${gigabytes(bytes)} were asked for in one piece, and a tensor may have ${gigabytes(MOST_BYTES)}. Take smaller ` +
            "batches or shorter sequences.",
        );
      }
      const available = availableBytes();
      if (bytes > available) {
        throw new OutOfMemoryError(
          `There is no memory left: ${gigabytes(bytes)} more were asked for, ${gigabytes(available)} are available.`,
        );
      }
      try {
        return new Uint8Array(addon.allocateSegment(bytes));
      } catch (error) {
        throw asOutOfMemory(error) ?? error;
      }
    },
  };
}

/** What an ArrayBuffer around the addon's memory may hold. */
const MOST_BYTES = 2 ** 32;

/** Elsewhere than on Linux what counts as free is far below what there is. */
function availableBytes(): number {
  if (process.platform !== "linux") return Infinity;
  // Since Node.js 20.13; it knows of limits of containers.
  const { availableMemory = os.freemem } = process as { availableMemory?: () => number };
  return availableMemory();
}

const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
