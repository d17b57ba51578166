import { Worker } from "node:worker_threads";
import { PIPES } from "../protocol/cell-messages";
import { owningRun } from "./run";

/** The cell was stopped by the user. Told by its `name`, as Python's. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";

  constructor() {
    super("the cell was interrupted");
  }
}

/** 1 from the moment an interrupt arrives until this process has heard of it. Raised by a thread of its own. */
export const flag = new Int32Array(new SharedArrayBuffer(4));

/** What loops look at: `stop[flag[0]].x` is nothing while the flag is down, and throws while it is up. */
export const stop: readonly { x?: unknown }[] = [
  {},
  {
    get x(): never {
      throw new KeyboardInterrupt();
    },
  },
];

/** What every `await` of a cell's code goes through when it goes on. */
export function resume<T>(value: T): T {
  if (flag[0] === 1 || owningRun()?.interrupted) throw new KeyboardInterrupt();
  return value;
}

/**
 * Raises the flag when an interrupt comes, however busy the main thread is, and ends this process with everything
 * that it started when the server has gone.
 */
const WATCH = `
  const { workerData: { fd, buffer } } = require("node:worker_threads");
  const { Socket } = require("node:net");
  const flag = new Int32Array(buffer);
  const end = () => {
    try { process.kill(-process.pid, "SIGKILL"); } catch {}
    process.kill(process.pid, "SIGKILL");
  };
  const pipe = new Socket({ fd });
  pipe.on("data", () => Atomics.store(flag, 0, 1));
  pipe.on("end", end);
  pipe.on("error", end);
`;

export function startWatching(): void {
  const workerData = { fd: PIPES.watch, buffer: flag.buffer };
  new Worker(WATCH, { eval: true, workerData, execArgv: [] }).unref();
}
