// A thread of the wasm engine: an instance of the same module on the same memory, with a stack of its own. It waits for
// tasks inside the module (lib/native/wasm/threads.cc) for as long as the process lives.
import { parentPort, workerData } from "node:worker_threads";

const { module, memory, thread, stackPointer } = workerData;

const imports = { env: { memory, fail: endOfPart } };
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  if (from !== "env") (imports[from] ??= {})[name] = endOfPart;
}
const { exports } = new WebAssembly.Instance(module, imports);
exports.__stack_pointer.value = stackPointer;

/** What cannot be done here leaves the part of the task that it is of; the caller's thread hears of it. */
function endOfPart() {
  throw new Error("a part of a task cannot go on");
}

let task = exports.lastTask();
parentPort.postMessage("ready");
for (;;) {
  task = exports.waitForTask(task);
  try {
    exports.runTask(thread);
  } catch {
    exports.__stack_pointer.value = stackPointer;
    exports.failTask();
  }
}
