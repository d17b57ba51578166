import { createConverter, type Converter } from "tslab/dist/converter";
import { createExecutor, type ConverterSet, type Executor } from "tslab/dist/executor";
import { describeFailure, type CellError } from "./cell-error";
import { watchSourcesOnly } from "./quiet-watching";

/** tslab's executor, which also tells why the last cell failed. */
export interface CellExecutor extends Executor {
  /** The error of the last cell; `undefined` when it succeeded. */
  lastError(): CellError | undefined;
}

/**
 * tslab reports a failed cell on the console that it was given, and nowhere else. This executor listens
 * there.
 *
 * @param rootDir where imports are resolved from
 */
export function createCellExecutor(rootDir: string): CellExecutor {
  let report: unknown[][] = [];
  let lastError: CellError | undefined;
  const executor = createExecutor(rootDir, createConverters(), {
    // Looked up at each call: the handler replaces the streams behind the console for each cell.
    log: (...args: unknown[]) => console.log(...args),
    error: (...args: unknown[]) => report.push(args),
  });
  return {
    ...executor,
    lastError: () => lastError,
    async execute(code) {
      report = [];
      lastError = undefined;
      const running = executor.execute(code);
      // What the cell does before its first await has been done.
      listenForInterruptAgain();
      const ok = await running;
      if (!ok) lastError = describeFailure(report, code);
      // Registering a module succeeds whatever the compiler says; show what it says.
      else for (const args of report) console.error(...args);
      return ok;
    },
  };
}

/**
 * While code runs in `vm`, Node.js itself listens for SIGINT, and afterwards it sets the signal back to what ends
 * the process, although a listener that the code has added (a trainer that wants to stop cleanly) counts as
 * installed. Adding all listeners anew installs them.
 */
function listenForInterruptAgain(): void {
  const listeners = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
  process.removeAllListeners("SIGINT");
  for (const listener of listeners) process.on("SIGINT", listener);
}

function createConverters(): ConverterSet {
  watchSourcesOnly();
  const node = createConverter({ isJS: false, isBrowser: false });
  let browser: Converter | undefined;
  return {
    node,
    get browser() {
      return (browser ??= createConverter({ isJS: false, isBrowser: true }));
    },
    close() {
      node.close();
      browser?.close();
    },
  };
}
