import { relative } from "node:path";
import { FinetuneError } from "finetune-ts";
import type { KernelKind } from "../kernel/runner/kernel-process";
import { parse, UsageError } from "finetune-ts/internal";

/** `finetune run`: executes a notebook, and shows it as it goes. */
export async function run(args: string[]): Promise<number> {
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

  const { runNotebook } = await import("../kernel/runner/run-notebook");
  const { askOnTerminal } = await import("../kernel/runner/prompt");
  const { standardOutput } = await import("../kernel/runner/screen");
  const { listenForSignals } = await import("../kernel/runner/signals");
  const { terminalText } = await import("../kernel/runner/terminal-text");
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
