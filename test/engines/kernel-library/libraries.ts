import { availableParallelism } from "node:os";
import { describe } from "node:test";
import type { KernelLibrary, SegmentSource } from "../../../lib/src/engines/kernel-library";
import { loadAddon } from "../../../lib/src/engines/native/addon";
import { loadModule } from "../../../lib/src/engines/wasm/module";
import { noNative } from "../../engine";

/** A compiled form of the kernels. */
export interface LibraryUnderTest {
  name: string;
  library: KernelLibrary;
  segments: SegmentSource;
  /** Whether products take bf16 operands. */
  hasBfloat16Products: boolean;
}

/** A suite for each form of the kernels; `open` gives it, in a test. */
export function onEachLibrary(
  subject: string,
  body: (open: () => Promise<LibraryUnderTest>, name: string) => void,
): void {
  describe(`${subject}, native`, { skip: noNative }, () => body(openNative, "native"));
  for (const threads of new Set([1, Math.max(2, availableParallelism())])) {
    let opened: Promise<LibraryUnderTest> | undefined;
    const open = () => (opened ??= openWasm(threads));
    describe(`${subject}, wasm on ${threads} threads`, () => body(open, "wasm"));
  }
}

function openNative(): Promise<LibraryUnderTest> {
  const addon = loadAddon();
  const segments = { allocate: (bytes: number) => new Uint8Array(addon.allocateSegment(bytes)) };
  return Promise.resolve({
    name: "native",
    library: addon,
    segments,
    hasBfloat16Products: addon.description().bfloat16,
  });
}

async function openWasm(threads: number): Promise<LibraryUnderTest> {
  return { name: "wasm", ...(await loadModule(threads)), hasBfloat16Products: false };
}

/** New memory of a library. */
export function floatsOf({ segments }: LibraryUnderTest, size: number): Float32Array {
  const { buffer, byteOffset } = segments.allocate(4 * size);
  return new Float32Array(buffer, byteOffset, size);
}
