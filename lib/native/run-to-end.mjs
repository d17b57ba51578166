import { spawn } from "node:child_process";
import { clearTimeout, setTimeout } from "node:timers";

const MINUTE = 60_000;

/**
 * Runs a command to its end.
 *
 * @param options.timeout   in milliseconds; then it gets `killSignal`. Default 20 minutes, "SIGTERM"
 * @param options.patience  so much later it is left to itself. Default 10 s
 * @param options.verbose  show what it prints meanwhile
 * @returns its exit code, and what it printed
 */
export function runToEnd(
  command,
  args,
  {
    env = process.env,
    timeout = 20 * MINUTE,
    patience = 10_000,
    killSignal = "SIGTERM",
    verbose = false,
  } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, timeout, killSignal, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (data) => {
      output += data;
      if (verbose) process.stderr.write(data);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const leave = setTimeout(() => {
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code: 1, output });
    }, timeout + patience);
    const end = (result) => {
      clearTimeout(leave);
      resolve(result);
    };
    child.once("error", (error) => end({ code: 1, output: error.message }));
    child.once("close", (code) => end({ code: code ?? 1, output }));
  });
}
