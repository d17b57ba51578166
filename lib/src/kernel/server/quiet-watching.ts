import * as compiler from "@tslab/typescript-for-tslab";

const NO_WATCHER = { close() {} };

/**
 * Has tslab's compiler watch only the sources that a notebook imports.
 *
 * It would also watch every folder in which it ever looked for a module, `node_modules` and the working directory
 * among them, and tslab cannot take the second timer that the compiler sets for these: once a file appeared there
 * (a rebuild, an `npm install`, a checkpoint), each later cell failed with "Unexpected pending rebuildTimer".
 */
export function watchSourcesOnly(): void {
  const { sys } = compiler;
  const watchFile = sys.watchFile?.bind(sys);
  sys.watchDirectory = () => NO_WATCHER;
  sys.watchFile = (file, ...rest) => {
    const isSource = /\.tsx?$/.test(file) && !file.endsWith(".d.ts") && !file.includes("node_modules");
    return isSource && watchFile ? watchFile(file, ...rest) : NO_WATCHER;
  };
}
