/** Arguments have been checked before, so that this is what a part of a task can fail of. */
class OutOfMemory extends Error {}

/**
 * A thread of the wasm engine: an instance of the same module on the same memory, with a stack of its own. It waits for
 * tasks inside the module (lib/native/wasm/threads.cc) for as long as its process or page lives, and never returns.
 *
 * @param ready called when it waits for the first one
 */
export function work({ module, memory, thread, stackPointer }, ready) {
  const fail = () => {
    throw new OutOfMemory();
  };
  const notThere = 52;
  const imports = { env: { memory, fail } };
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from !== "env") (imports[from] ??= {})[name] = () => notThere;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  exports.__stack_pointer.value = stackPointer;

  let task = exports.lastTask();
  ready();
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
}
