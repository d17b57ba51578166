import { availableParallelism, canHaveThreads } from "../../platform/machine";
import { launch } from "../../launch";
import { silenceBanner } from "../banner";
import type { Engine } from "../engine";
import { FusedBackend } from "../fused/backend";
import { registerFusedBackend } from "../fused/kernels";
import { memoryLimit } from "../memory-limit";
import { loadModule } from "./module";

const BACKEND = "wasm";

let loading: Promise<void> | undefined;
let simd = "SIMD";

/** The native engine's kernels compiled to WebAssembly: the same file on every machine. */
export const wasm: Engine = {
  name: "wasm",
  backend: BACKEND,
  get description() {
    const threads = threadCount();
    return `WebAssembly with ${simd}, ${threads} ${threads === 1 ? "thread" : "threads"}; needs neither compiler nor driver`;
  },
  supportsBf16: false,
  load() {
    loading ??= register();
    return loading;
  },
};

async function register(): Promise<void> {
  silenceBanner();
  const limit = memoryLimit();
  const { library, segments, ...loaded } = await loadModule(threadCount());
  simd = loaded.simd;
  registerFusedBackend(BACKEND, () => new FusedBackend(library, segments, limit));
}

/**
 * As many as there are processors, or this process's share of them where several train together; OMP_NUM_THREADS says otherwise, as
 * it does for the native engine. One on a page that cannot share memory.
 */
function threadCount(): number {
  if (!canHaveThreads()) return 1;
  const asked = Number(process.env.OMP_NUM_THREADS);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return Math.max(1, Math.floor(availableParallelism() / (launch()?.localSize ?? 1)));
}
