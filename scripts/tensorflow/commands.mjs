/* global AbortController */
import { spawn } from "node:child_process";

/** A set-up that cannot go on: what is wrong, and what to do about it. */
export class SetupError extends Error {}

/** The user wants it to end. */
export class Interrupted extends Error {}

/** Says what is being done, one line a step. */
export function step(text) {
  console.log(`- ${text}`);
}

/** Runs `work` with a signal that Ctrl-C (or SIGTERM, SIGHUP) aborts, so that it can clean up and end by itself. */
export async function interruptible(work) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, abort);
  }
}

/**
 * Runs a command to its end; its output is kept and shown only if it fails.
 *
 * @returns {Promise<string>} its standard output
 * @throws SetupError if it is not found or fails, {@link Interrupted} if `signal` aborts (once the command has ended)
 */
export function run(command, args, { signal, hint = "", ...options } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Interrupted());
    // A process group of its own, so that an abort also reaches what the command has started.
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
    const stop = () => {
      try {
        process.kill(-child.pid, "SIGTERM");
      } catch {
        child.kill();
      }
    };
    signal?.addEventListener("abort", stop, { once: true });
    let stdout = "";
    let all = "";
    child.stdout.on("data", (data) => {
      stdout += data;
      all += data;
    });
    child.stderr.on("data", (data) => (all += data));
    child.on("error", (error) => {
      signal?.removeEventListener("abort", stop);
      const found = error.code === "ENOENT" ? `${command} was not found.` : `${command}: ${error.message}`;
      reject(new SetupError(`${found} ${hint}`));
    });
    child.on("close", (code, killedBy) => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) return reject(new Interrupted());
      if (code === 0) return resolve(stdout);
      const tail = all.trim().split("\n").slice(-20).join("\n  ");
      const shown = [command, ...args].join(" ").slice(0, 300);
      reject(
        new SetupError(
          `This command failed (${killedBy ?? `exit code ${code}`}): ${shown}\n  ${tail}\n${hint}`,
        ),
      );
    });
  });
}
