/**
 * Ends this process when the one that started it has gone, so that no kernel is ever left behind, not even
 * when a runner is killed outright. Loaded for its effect (also by `node --require`, into plain tslab).
 *
 * Jupyter and our runner say who the parent is in JPY_PARENT_PID; without it, or behind a wrapper, nothing is
 * watched. The watch is a thread of its own: a cell that never yields must not stop it.
 */
import { basename, dirname } from "node:path";
import { Worker } from "node:worker_threads";

const WATCH = `
  const { workerData: { parent, folder } } = require("node:worker_threads");
  const gone = () => {
    if (process.platform !== "win32") return process.ppid !== parent;
    try { process.kill(parent, 0); return false; } catch { return true; }
  };
  setInterval(() => {
    if (!gone()) return;
    if (folder) require("node:fs").rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, "SIGKILL");
  }, 1000);
`;

/** The folder of our runner's connection file, which nobody else would remove. Jupyter looks after its own. */
const folder = process.argv
  .map((each) => dirname(each))
  .find((each) => basename(each).startsWith("finetune-kernel-"));

const parent = Number(process.env.JPY_PARENT_PID);
if (parent > 1 && parent === process.ppid) {
  new Worker(WATCH, { eval: true, workerData: { parent, folder }, execArgv: [] }).unref();
}
