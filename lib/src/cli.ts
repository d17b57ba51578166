import { join, relative } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { ConfigError, FinetuneError } from "./errors";
import type { KernelKind } from "./kernel/runner/kernel-process";

const HELP = `finetune: runs TypeScript notebooks from the command line

Usage:
  finetune run NOTEBOOK [options]     execute a notebook, watch it, keep the result
  finetune install-kernel [options]   make the kernel known to Jupyter
  finetune doctor                     print what runs here
  finetune kernel --connection-file F be a kernel (Jupyter calls this)

finetune run executes NOTEBOOK cell by cell on a kernel of its own, shows headings, output and progress, and
writes OUT/NAME.ipynb (with outputs) and OUT/NAME.html (one page that works offline).

  --out DIR                 where to write (default: out)
  --kernel finetune|tslab   which kernel: ours, or plain tslab (default: finetune)
  --no-html                 write no page
  --cwd DIR                 where cells run; imports and relative paths start here (default: the current folder)
  --timeout-per-cell SEC    end a cell that takes longer (default: no limit)

  Cells can ask questions when standard input is a terminal. Ctrl-C ends the running cell and writes what there
  is; a second Ctrl-C ends everything at once. Exit code: 0 all cells ran, 1 a cell failed, 2 wrong usage,
  130 interrupted.

finetune install-kernel writes a kernelspec with absolute paths into Jupyter's data folder of this user (--user).

  --prefix DIR              install into DIR/share/jupyter instead
  --sys-prefix              install into the Python environment that is active now
  --name NAME               name of the kernelspec (default: finetune-ts; "tslab" takes plain tslab's place)
  --remove                  take the kernelspec away again

  -h, --help                this text
`;

/** The options that a command takes, and how many positional arguments. */
function parse<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  options: T,
  positionals: number,
) {
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: positionals > 0, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (parsed.positionals.length > positionals) {
    throw new UsageError(`one argument too many: ${parsed.positionals[positionals]}`);
  }
  return parsed;
}

class UsageError extends ConfigError {}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    {
      out: { type: "string", default: "out" },
      kernel: { type: "string", default: "finetune" },
      html: { type: "boolean" },
      "no-html": { type: "boolean" },
      cwd: { type: "string" },
      "timeout-per-cell": { type: "string" },
    },
    1,
  );
  const [notebook] = positionals;
  if (notebook === undefined) throw new UsageError("which notebook? Usage: finetune run NOTEBOOK");
  const kernel = readKernel(values.kernel);
  const cellTimeout = readSeconds(values["timeout-per-cell"]);

  const { runNotebook } = await import("./kernel/runner/run-notebook");
  const { askOnTerminal } = await import("./kernel/runner/prompt");
  const { standardOutput } = await import("./kernel/runner/screen");
  const { listenForSignals } = await import("./kernel/runner/signals");
  const { terminalText } = await import("./kernel/runner/terminal-text");
  const screen = standardOutput();
  const signals = listenForSignals((text) => process.stderr.write(text));
  try {
    const result = await runNotebook(notebook, {
      outDir: values.out,
      kernel,
      html: values["no-html"] !== true,
      cwd: values.cwd,
      cellTimeout,
      ask: process.stdin.isTTY
        ? (prompt) => askOnTerminal(terminalText(prompt), () => signals.press())
        : undefined,
      screen,
      interrupt: signals.interrupt,
      kill: signals.kill,
    });
    const files = [result.notebookFile, ...(result.htmlFile === undefined ? [] : [result.htmlFile])];
    const ran = `${result.cellsRun} ${result.cellsRun === 1 ? "cell" : "cells"} in ${duration(result.seconds)}`;
    screen.write(`\n${ran}; wrote ${files.map(shortPath).join(" and ")}\n`);
    if (result.status !== "ok") process.stderr.write(`\n${terminalText(result.message)}\n`);
    return result.status === "ok" ? 0 : (signals.exitCode() ?? 1);
  } catch (error) {
    const code = signals.exitCode();
    // Stopped before there was anything to write.
    if (code !== undefined && error instanceof FinetuneError) return code;
    throw error;
  } finally {
    signals.release();
  }
}

function readKernel(value: string): KernelKind {
  if (value === "finetune" || value === "tslab") return value;
  throw new UsageError(`--kernel is "finetune" or "tslab", not "${value}"`);
}

function readSeconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!(seconds > 0)) throw new UsageError(`--timeout-per-cell is a number of seconds, not "${value}"`);
  return seconds;
}

/** Seconds as people say them: 8.1 s, 1 min 20 s. */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A path from here, or in full where that is shorter to read. */
function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

async function kernel(args: string[]): Promise<number> {
  const { values } = parse(args, { "connection-file": { type: "string" } }, 0);
  const file = values["connection-file"];
  if (typeof file !== "string") throw new UsageError("a kernel needs --connection-file FILE");
  const { startKernel } = await import("./kernel/server/start");
  await startKernel(file);
  return 0;
}

async function installKernel(args: string[]): Promise<number> {
  const { values } = parse(
    args,
    {
      prefix: { type: "string" },
      "sys-prefix": { type: "boolean" },
      user: { type: "boolean" },
      name: { type: "string" },
      remove: { type: "boolean" },
    },
    0,
  );
  const place = { name: values.name, prefix: values.prefix, sysPrefix: values["sys-prefix"] };
  const { installKernelspec, removeKernelspec } = await import("./kernel/kernelspec");
  if (values.remove) {
    process.stdout.write(`removed ${removeKernelspec(place)}\n`);
    return 0;
  }
  const file = installKernelspec(join(__dirname, "..", "bin", "finetune.js"), place);
  process.stdout.write(`wrote ${file}\nJupyter now offers the kernel "TypeScript (finetune-ts)".\n`);
  return 0;
}

async function doctor(args: string[]): Promise<number> {
  parse(args, {}, 0);
  const { describeInstallation } = await import("./kernel/doctor");
  const { useEngine } = await import("./engines/engines");
  process.stdout.write(await describeInstallation());
  // Says which engine runs and why, or which name in FINETUNE_ENGINE does not do.
  await useEngine();
  return 0;
}

const COMMANDS: Record<string, (args: string[]) => Promise<number>> = {
  run,
  kernel,
  doctor,
  "install-kernel": installKernel,
};

/**
 * The `finetune` command.
 *
 * @param argv its arguments, without program and script
 * @returns    the exit code
 */
export async function main(argv: string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(`there is no command "${name}"`);
    return await command(args);
  } catch (error) {
    if (!(error instanceof FinetuneError)) throw error;
    process.stderr.write(`finetune: ${error.message}\n`);
    if (error instanceof UsageError) process.stderr.write("See finetune --help.\n");
    return error instanceof UsageError ? 2 : 1;
  }
}
