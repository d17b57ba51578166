import * as tf from "@tensorflow/tfjs";
import { EngineError } from "../../errors";
import { silenceBanner } from "../banner";
import type { Engine } from "../engine";
import { registerHostKernels } from "../host/host-kernel";
import { wasmMemory } from "../host/host-memory";
import { hostKernels } from "../host/kernels";
import { replaceMatMul } from "./mat-mul";

let loading: Promise<void> | undefined;

/** tfjs's WebAssembly backend (XNNPACK), plus the kernels that training needs and it lacks. */
export const wasm: Engine = {
  name: "wasm",
  backend: "wasm",
  description: "WebAssembly with SIMD, one thread; needs neither compiler nor driver",
  supportsBf16: false,
  load() {
    loading ??= register();
    return loading;
  },
};

async function register(): Promise<void> {
  silenceBanner();
  try {
    await import("@tensorflow/tfjs-backend-wasm");
  } catch (error) {
    throw new EngineError(
      `The wasm engine did not load: ${(error as Error).message}. Try reinstalling with npm ci.`,
      { cause: error },
    );
  }
  keepProcessListeners();
  replaceMatMul();
  registerHostKernels("wasm", wasmMemory, hostKernels);
}

/**
 * Emscripten's start-up code listens to `uncaughtException` and `unhandledRejection` and throws what it hears, which
 * prints a screen of minified code in front of every error and overrules a notebook kernel's own handlers. Starts the
 * backend without leaving these listeners behind.
 */
function keepProcessListeners(): void {
  const start = tf.findBackendFactory("wasm");
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", async () => {
    const events = ["uncaughtException", "unhandledRejection"] as const;
    const before = events.map((event) => process.rawListeners(event));
    const backend = await start();
    for (const [index, event] of events.entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[index]!.includes(listener)) process.removeListener(event, listener as () => void);
      }
    }
    return backend;
  });
}
