import path from "node:path";
import { Worker } from "node:worker_threads";

const PROGRAM = path.resolve(__dirname, "../../../assets/wasm/worker.mjs");

/** What a thread of the module starts with. */
export interface ThreadData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** From 1 on; 0 is the thread that calls kernels. */
  thread: number;
  /** The upper end of its stack. */
  stackPointer: number;
}

/** Starts a thread, and waits until it waits for tasks. It does not keep the process alive. */
export async function startThread(workerData: ThreadData): Promise<void> {
  // No flags of the program's own: a loader of TypeScript has nothing to do there.
  const worker = new Worker(PROGRAM, { workerData, execArgv: [], stdout: false, stderr: false });
  await new Promise<void>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  worker.removeAllListeners("error");
  worker.unref();
}
