import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { NotebookError } from "finetune-ts";
import { loaderFlags } from "../protocol/loader-flags";
import { createConnectionFile, type ConnectionFile, type ConnectionInfo } from "../protocol/connection";

/** `finetune`: the kernel of this package; `tslab`: plain tslab, as `tslab kernel` starts it. */
export type KernelKind = "finetune" | "tslab";

export interface KernelProcessOptions {
  kind?: KernelKind;
  /** Where the kernel runs and resolves imports from. Default: the current folder. */
  cwd?: string;
  /** Environment of the kernel. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** The command that starts a kernel of the connection file, instead of `kind`'s. For tests. */
  command?: (connectionFile: string) => string[];
}

export interface KernelExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const LAST_WORDS = 4000;

/** Beside this file lies either its compiled neighbour (.js) or, under a TypeScript loader, its source. */
const here = (...path: string[]) => join(__dirname, "..", ...path) + extname(__filename);

function kernelCommand(kind: KernelKind, connectionFile: string): string[] {
  if (kind === "finetune") {
    return [process.execPath, ...loaderFlags(), here("server", "main"), "--connection-file", connectionFile];
  }
  const tslab = require.resolve("tslab/bin/tslab");
  const watch = [...loaderFlags(), "--require", here("parent-watch")];
  const repairs = ["--import", pathToFileURL(here("runner", "tslab-repairs")).href];
  return [process.execPath, ...watch, ...repairs, tslab, "kernel", "--config-path", connectionFile];
}

/** A kernel in a process of its own, which never outlives this one. */
export class KernelProcess {
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<KernelExit>;
  private ended: KernelExit | undefined;
  private lastWords = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly file: ConnectionFile,
  ) {
    this.exited = new Promise((resolve) => {
      const end = (exit: KernelExit, words = "") => {
        this.ended = exit;
        this.lastWords += words;
        process.off("exit", this.kill);
        file.remove();
        resolve(exit);
      };
      child.once("error", (error) => end({ code: null, signal: null }, error.message));
      child.once("close", (code, signal) => end({ code, signal }));
    });
    // Only native code writes here: cells' output comes as messages. Kept for the day when the kernel dies.
    const listen = (data: Buffer) => (this.lastWords = (this.lastWords + data.toString()).slice(-LAST_WORDS));
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    process.on("exit", this.kill);
  }

  static async start(options: KernelProcessOptions = {}): Promise<KernelProcess> {
    const { kind = "finetune", cwd = process.cwd(), env = process.env } = options;
    if (!existsSync(cwd)) throw new NotebookError(`the folder to run in does not exist: ${cwd}`);
    const file = await createConnectionFile(kind);
    const [program = process.execPath, ...args] =
      options.command?.(file.path) ?? kernelCommand(kind, file.path);
    const child = spawn(program, args, {
      cwd,
      // A run is no session at a keyboard: it leaves no history.
      env: { FINETUNE_HISTORY: "off", ...env, JPY_PARENT_PID: String(process.pid) },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C in the terminal reaches the runner only, which decides what it means.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    return new KernelProcess(child, file);
  }

  get connection(): ConnectionInfo {
    return this.file.info;
  }

  /** How the process ended; `undefined` while it runs. */
  get exit(): KernelExit | undefined {
    return this.ended;
  }

  /** One sentence on how the process ended, with the last that it wrote. */
  describeExit(): string {
    const { code = null, signal = null } = this.ended ?? {};
    const how = signal
      ? `was ended by ${signal}`
      : code === null
        ? "did not start"
        : `ended with exit code ${code}`;
    const words = this.lastWords.trim();
    return words === "" ? how : `${how}; its last words:\n${words}`;
  }

  /** What the process wrote to its own standard output and error, the last 4,000 characters. */
  get output(): string {
    return this.lastWords;
  }

  /** Interrupts the kernel as Ctrl-C would; false where there are no signals (Windows). */
  interrupt(): boolean {
    if (process.platform === "win32") return false;
    this.child.kill("SIGINT");
    return true;
  }

  /** Ends the process and its children at once. Safe to call at any time. */
  readonly kill = (): void => {
    const { pid } = this.child;
    if (this.ended || pid === undefined) return;
    try {
      if (process.platform === "win32") this.child.kill("SIGKILL");
      else process.kill(-pid, "SIGKILL");
    } catch {
      this.child.kill("SIGKILL");
    }
    this.file.remove();
  };
}
