import { AsyncLocalStorage } from "node:async_hooks";

/** One execution of a cell, and everything that goes on in its name: callbacks and promises that it left behind. */
export interface Run {
  readonly id: number;
  /** The number beside the cell; `undefined` for code that has none. */
  readonly count: number | undefined;
  readonly allowStdin: boolean;
  /** Set by the cell's code as its declarations are made. */
  reached: number;
  interrupted: boolean;
}

const runs = new AsyncLocalStorage<Run>();
let latest: Run | undefined;

/** The run in whose name the present code runs; the latest one where that is not known. */
export const currentRun = (): Run | undefined => runs.getStore() ?? latest;

/** The run that the present code certainly belongs to. */
export const owningRun = (): Run | undefined => runs.getStore();

/** Runs `work` in the name of `run`. */
export function inRun<T>(run: Run, work: () => T): T {
  latest = run;
  return runs.run(run, work);
}

/** "cell [3]", "the code" */
export const describeRun = ({ count }: Run): string => (count === undefined ? "the code" : `cell [${count}]`);
