import { describeThrown, isInterrupt } from "./cell-error";
import { currentRun, owningRun, type Run } from "./run";

/**
 * Reports errors of callbacks and promises that a cell left behind: they must not take the kernel and every variable
 * with it.
 *
 * @param report takes the run whose output the words belong to
 */
export function reportStrays(report: (run: Run, text: string) => void): void {
  const tell = (what: string) => (thrown: unknown) => {
    const run = owningRun() ?? currentRun();
    // What an interrupt ended was meant to end.
    if (!run || isInterrupt(thrown)) return;
    const { traceback } = describeThrown(thrown);
    const where = run.count === undefined ? "" : ` (started by cell [${run.count}])`;
    report(run, `${what}${where}:\n${traceback.join("\n")}\n`);
  };
  process.on("uncaughtException", tell("Error in a callback"));
  process.on("unhandledRejection", tell("Rejected promise that nobody awaited"));
}
