/** Packages of the system, by apt-get: for Debian and Ubuntu, as root, unless FINETUNE_NO_INSTALL declines. */
import { createInterface } from "node:readline/promises";
import { clearInterval, setInterval } from "node:timers";

import { isDebian } from "../lib/native/compile.mjs";
import { runToEnd } from "../lib/native/run-to-end.mjs";

const MINUTE = 60_000;

/** Whether it could work. */
export const mayInstall = () => isDebian() && process.getuid?.() === 0;

export const isInstallDeclined = () => /^(1|on|yes|true)$/i.test(process.env.FINETUNE_NO_INSTALL ?? "");

/**
 * Installs packages. Asks first where somebody sits at a terminal, says a line while it takes long, and gives up.
 *
 * @param packages         Debian's names
 * @param options.purpose  what they are for, and
 * @param options.gain     what it brings, for the question
 * @param options.isThere  whether it has helped
 * @param options.timeout  of all of apt-get's work together, in milliseconds. Default two minutes
 * @returns why there is nothing of it; undefined: it is there
 */
export async function installPackages(
  packages,
  { purpose, gain, isThere, timeout = 2 * MINUTE, newsEvery = MINUTE / 4 },
) {
  const names = packages.join(", ");
  if (!(await isAllowed(`For ${purpose}, ${names} would be installed with apt-get. ${gain} Install? [Y/n] `)))
    return "it is not to be installed";
  const started = Date.now();
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  process.stdout.write(`Installing ${names} for ${purpose} (apt-get) … `);
  const news = setInterval(() => {
    process.stdout.write(`\n  still at it after ${elapsed()}, of ${timeout / 1000} s at most … `);
  }, newsEvery);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const isLate = () => Date.now() - started >= timeout;
  const apt = async (...args) => {
    if (isLate()) return 1;
    // An interrupt lets it end what it is at: its locks and packages stay whole.
    const left = timeout - (Date.now() - started);
    return (await runToEnd("apt-get", args, { env, timeout: left, killSignal: "SIGINT" })).code;
  };
  try {
    const install = ["install", "-y", "--no-install-recommends", ...packages];
    // The lists of packages may be old, or not there at all.
    const isDone =
      (await apt(...install)) === 0 || ((await apt("update")) === 0 && (await apt(...install)) === 0);
    const isWhole = isDone && isThere();
    console.log(isWhole ? `done (${elapsed()})` : "failed");
    if (isWhole) return undefined;
    const command = `apt-get install ${packages.join(" ")}`;
    return isLate() ? `${command} did not end within ${timeout / 1000} s` : `${command} failed`;
  } finally {
    clearInterval(news);
  }
}

/** Where nobody sits at a terminal, the answer is yes. */
async function isAllowed(question) {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return !/^\s*n/i.test(await terminal.question(question));
  } finally {
    terminal.close();
  }
}
