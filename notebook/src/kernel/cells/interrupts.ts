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

/**
 * [0]: 1 from the moment an interrupt arrives until this process has heard of it; raised by a thread of its own.
 * [1]: the number of the last interrupt that it has heard of, for the two may learn of one in either order.
 */
export const flag = new Int32Array(new SharedArrayBuffer(8));

/** Lowers the flag: the interrupt of this number, and those before it, are carried out. */
export function lowerFlag(number: number): void {
  Atomics.store(flag, 1, number);
  Atomics.store(flag, 0, 0);
}

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
  let text = "";
  pipe.on("data", (data) => {
    const numbers = (text + data).split("\\n");
    text = numbers.pop();
    for (const number of numbers.map(Number)) {
      const heard = () => Atomics.load(flag, 1) >= number;
      if (heard()) continue;
      Atomics.store(flag, 0, 1);
      // The main thread may have come in between.
      if (heard()) Atomics.store(flag, 0, 0);
    }
  });
  pipe.on("end", end);
  pipe.on("error", end);
`;

export function startWatching(): void {
  const workerData = { fd: PIPES.watch, buffer: flag.buffer };
  new Worker(WATCH, { eval: true, workerData, execArgv: [] }).unref();
}
