import { randomBytes } from "../platform/crypto";
import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "../platform/machine";
import { sleep } from "../platform/pause";

const POLL_MS = 100;
const HEARTBEAT_MS = 5_000;
/** A holder that has not touched its lock for so long is taken for dead. */
export const SILENT_MS = 60_000;
/** Of the machine, in a form that can stand in the name of a file. */
export const HOST = hostname().replace(/[^\w]/g, "_").slice(0, 40) || "host";

/**
 * Runs `work` while no other process that asks for the same lock does. The lock is a file that says who holds it; one
 * whose holder was killed is taken over. It only saves work: where two hold it after all (a take-over at the same
 * instant, say), they download the same file twice, each into a file of its own, and the last rename wins.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const mark = `${HOST} ${process.pid} ${randomBytes(4).toString("hex")}`;
  while (!(await tryToTake(file, mark))) {
    if (await isAbandoned(file)) await discard(file);
    else await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readFile(file, "utf8").catch(() => "")) === mark) await rm(file, { force: true });
  }
}

/** Whether a process on this machine runs. Sends nothing. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function tryToTake(file: string, mark: string): Promise<boolean> {
  try {
    await writeFile(file, mark, { flag: "wx" });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows answers EPERM while another process is deleting it.
    if (code === "EEXIST" || (code === "EPERM" && process.platform === "win32")) return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > SILENT_MS) return true;
    const [host, pid] = (await readFile(file, "utf8")).split(" ");
    return host === HOST && !isRunning(Number(pid));
  } catch {
    return false; // released meanwhile
  }
}

/** By way of a rename, which only one of several succeeds in. */
async function discard(file: string): Promise<void> {
  const aside = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await rename(file, aside).catch(() => {});
  await rm(aside, { force: true });
}
