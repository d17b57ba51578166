import { EngineError } from "../../errors";
import { readAsset } from "../../platform/assets";
import type { KernelLibrary, SegmentSource } from "../kernel-library";
import { ArgumentRecords } from "./arguments";
import { ModuleHeap, outOfMemory } from "./heap";
import { startThread } from "./thread";

/**
 * lib/native compiled to WebAssembly by scripts/build-wasm.mjs, the best first. Relaxed SIMD has products and sums in one
 * operation, which rounds once on processors that can, and twice on others.
 */
const MODULES = [
  { file: "kernels.relaxed-simd.wasm", simd: "relaxed SIMD" },
  { file: "kernels.wasm", simd: "SIMD" },
] as const;

/** Pages of 64 KB: at the start, and at most (what addresses of 32 bits reach, but one), as the module is linked. */
const FIRST_PAGES = 64;
const MOST_PAGES = 65535;

/** Bytes of a thread's stack. */
const STACK = 2 ** 20;

/** By their numbers in lib/native/wasm/failure.cc; the next one is that memory ran out. */
const FAILURES = [TypeError, RangeError];

/** What is exported beside the kernels. */
interface Exports {
  __stack_pointer: WebAssembly.Global;
  _initialize(): void;
  setThreads(count: number): void;
  take(bytes: number): number;
  give(address: number): void;
}

type Kernel = (records: number, count: number) => number;

/** Exports that the engine itself calls. */
const OWN = [
  ...["__stack_pointer", "_initialize", "setThreads", "take", "give"],
  ...["lastTask", "waitForTask", "runTask", "failTask"],
];

/** The kernels, and the memory that their tensors lie in. */
export interface WasmModule {
  library: KernelLibrary;
  segments: SegmentSource;
  /** What it uses of WebAssembly. */
  simd: (typeof MODULES)[number]["simd"];
}

/**
 * Loads the module and starts its threads.
 *
 * @param threads  how many work on a kernel, the caller's among them
 * @throws EngineError where WebAssembly has no SIMD or no memory that threads share
 */
export async function loadModule(threads: number): Promise<WasmModule> {
  try {
    const { module, simd } = await compileBest();
    const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES, shared: true });
    const { exports } = await WebAssembly.instantiate(module, importsOf(module, memory));
    const own = exports as unknown as Exports;
    own._initialize();
    own.setThreads(threads);
    const heap = new ModuleHeap(memory, own);
    await Promise.all(
      Array.from({ length: threads - 1 }, (_, i) =>
        startThread({ module, memory, thread: i + 1, stackPointer: heap.take(STACK) + STACK }),
      ),
    );
    return { library: libraryOf(exports, heap), segments: heap, simd };
  } catch (error) {
    throw new EngineError(
      `The wasm engine did not load: ${(error as Error).message}. It needs WebAssembly with SIMD and shared memory (Node.js 20).`,
      { cause: error },
    );
  }
}

/** The first module whose instructions this WebAssembly knows; of the last one it says itself what it does not. */
async function compileBest() {
  const read = MODULES.map(async ({ file, simd }) => ({
    simd,
    bytes: await readAsset(file),
  }));
  const modules = await Promise.all(read);
  const { bytes, simd } = modules.find((module) => WebAssembly.validate(module.bytes)) ?? modules.at(-1)!;
  return { module: await WebAssembly.compile(bytes), simd };
}

/** What the module calls: its way to throw, and the system calls of its library, none of which ever has to work. */
function importsOf(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Imports {
  const fail = (failure: number, message: number, length: number) => {
    // A decoder takes no shared memory; an address above 2 GB comes as a negative number.
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, message >>> 0, length).slice());
    const Failure = FAILURES[failure];
    throw Failure ? new Failure(text) : outOfMemory();
  };
  const imports: WebAssembly.Imports = { env: { memory, fail } };
  const notThere = 52;
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from !== "env") (imports[from] ??= {})[name] = () => notThere;
  }
  return imports;
}

/** How a module ends that cannot go on: its own library too, where a list cannot grow any more. */
const isAbort = (error: unknown): error is WebAssembly.RuntimeError =>
  error instanceof WebAssembly.RuntimeError;

function libraryOf(exports: WebAssembly.Exports, heap: ModuleHeap): KernelLibrary {
  const stack = (exports as unknown as Exports).__stack_pointer;
  const records = new ArgumentRecords(heap);
  const call =
    (kernel: Kernel) =>
    (...args: unknown[]) => {
      const before = stack.value as number;
      try {
        return records.with(args, () => kernel(records.address, args.length));
      } catch (error) {
        // What throws leaves the module's frames behind.
        stack.value = before;
        throw isAbort(error)
          ? new EngineError(`A kernel of the wasm engine failed: ${error.message}.`, {
              cause: error,
            })
          : error;
      }
    };
  const kernels = Object.entries(exports).filter(([name]) => !OWN.includes(name));
  return Object.fromEntries(
    kernels.map(([name, kernel]) => [name, call(kernel as Kernel)]),
  ) as unknown as KernelLibrary;
}
