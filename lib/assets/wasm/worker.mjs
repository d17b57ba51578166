// A thread of the wasm engine: an instance of the same module on the same memory, with a stack of its own. It waits for
// tasks inside the module (lib/native/wasm/threads.cc) for as long as the process lives.
import { parentPort, workerData } from "node:worker_threads";

const { module, memory, thread, stackPointer } = workerData;

class OutOfMemory extends Error {}

/** Arguments have been checked before, so that this is what a part of a task can fail of. */
function fail() {
  throw new OutOfMemory();
}

const notThere = 52;
const imports = { env: { memory, fail } };
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  if (from !== "env") (imports[from] ??= {})[name] = () => notThere;
}
const { exports } = new WebAssembly.Instance(module, imports);
exports.__stack_pointer.value = stackPointer;

let task = exports.lastTask();
parentPort.postMessage("ready");
for (;;) {
  task = exports.waitForTask(task);
  try {
    exports.runTask(thread);
  } catch (error) {
    // The caller's thread fails in the same way.
    exports.__stack_pointer.value = stackPointer;
    exports.failTask(error instanceof OutOfMemory ? 1 : 0);
  }
}
