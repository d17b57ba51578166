import { Script } from "node:vm";
import { RUNTIME } from "../compiler/interruptible";
import type { CompiledCell } from "../compiler/cell-compiler";
import { registerCode } from "./code-registry";
import { flag, KeyboardInterrupt, lowerFlag, resume, stop } from "./interrupts";
import { CellModules } from "./modules";
import { tell } from "./news";
import { cancelQuestions } from "./questions";
import { describeRun, inRun, type Run } from "./run";

type CellFunction = (...surroundings: unknown[]) => Promise<unknown[] | undefined>;

/** The call that an interrupt by signal can stop in whatever code it is. */
const CALL = Symbol.for("finetune-ts.call");
const callScript = new Script('globalThis[Symbol.for("finetune-ts.call")]()', {
  filename: "finetune-ts:call",
});

type Global = typeof globalThis & { [CALL]?: () => Promise<unknown[] | undefined> };

/** Runs compiled cells, one after the other, in this process's own global scope. */
export class CellExecutor {
  /** The notebook's variables, a hundred names an object. Objects with more are slow. */
  private readonly scopes: Record<string, unknown>[] = [];
  private readonly modules: CellModules;
  private reject: ((error: Error) => void) | undefined;
  private running: Run | undefined;

  /** @param folder where the notebook's imports start */
  constructor(private readonly folder: string) {
    this.modules = new CellModules(folder);
  }

  /** @returns the value of the cell's last expression, in an array; `undefined` when it has none to show */
  async execute(cell: CompiledCell, run: Run): Promise<unknown[] | undefined> {
    registerCode(cell.file, describeRun(run), cell.map, cell.source);
    this.modules.update(cell.modules);
    while (this.scopes.length < cell.scopes) this.scopes.push({});
    const interrupted = new Promise<never>((_, reject) => (this.reject = reject));
    interrupted.catch(() => undefined);
    this.running = run;
    try {
      const work = inRun(run, () => this.start(cell, run));
      // After an interrupt nobody waits for it any more.
      work.catch(() => undefined);
      return await Promise.race([work, interrupted]);
    } finally {
      this.running = undefined;
    }
  }

  private async start(cell: CompiledCell, run: Run): Promise<unknown[] | undefined> {
    if (cell.javascript === "") return undefined;
    const imports = [];
    for (const specifier of cell.imports) imports.push(resume(await this.modules.load(specifier)));
    const require = this.modules.require;
    const module = { exports: {} };
    const surroundings = {
      [RUNTIME.scopes]: this.scopes,
      [RUNTIME.run]: run,
      [RUNTIME.stop]: stop,
      [RUNTIME.flag]: flag,
      [RUNTIME.resume]: resume,
      [RUNTIME.imports]: imports,
      [RUNTIME.load]: this.modules.dynamicImport,
      [RUNTIME.meta]: { url: `file://${cell.file}`, filename: cell.file, dirname: this.folder },
      require,
      module,
      exports: module.exports,
      __filename: cell.file,
      __dirname: this.folder,
    };
    const names = Object.keys(surroundings).join(", ");
    const text = `"use strict"; (async function (${names}) {\n${cell.javascript}\n})`;
    const script = new Script(text, { filename: cell.file, lineOffset: -1 });
    const body = script.runInThisContext() as CellFunction;
    return this.call(() => body(...Object.values(surroundings)));
  }

  /** Runs what comes before the first `await` so that a signal can end it, also inside of libraries. */
  private call(work: () => Promise<unknown[] | undefined>): Promise<unknown[] | undefined> {
    const global = globalThis as Global;
    global[CALL] = () => {
      tell({ type: "phase", stoppable: true });
      try {
        return work();
      } finally {
        tell({ type: "phase", stoppable: false });
      }
    };
    try {
      return callScript.runInThisContext({ breakOnSigint: true }) as Promise<unknown[] | undefined>;
    } finally {
      delete global[CALL];
      listenForInterruptAgain();
    }
  }

  /** Ends the running cell for its front end, and whatever it has started at the next loop or `await`. */
  interrupt(number: number): void {
    lowerFlag(number);
    const { running } = this;
    if (running) {
      running.interrupted = true;
      cancelQuestions(running);
    }
    this.reject?.(new KeyboardInterrupt());
  }
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
