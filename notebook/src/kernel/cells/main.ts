/** The process in which cells run. The server starts it; nobody else does. */
import { Socket } from "node:net";
import { offerKernelBridge } from "../../kernel-bridge";
import { lineReader, PIPES, type ExecuteOrder, type OrderToCells } from "../protocol/cell-messages";
import { describeThrown } from "./cell-error";
import { mapStackTraces } from "./code-registry";
import { CellExecutor } from "./executor";
import { startWatching } from "./interrupts";
import { tell } from "./news";
import { captureStreams, clearOutput, print, show } from "./outputs";
import { answer, ask } from "./questions";
import { formsOf } from "./results";
import { currentRun, describeRun, owningRun, type Run } from "./run";
import { reportStrays } from "./strays";

const exit = process.exit.bind(process);
const executor = new CellExecutor(process.cwd());

async function execute({ run: id, count, cell, allowStdin, wantResult }: ExecuteOrder): Promise<void> {
  const run: Run = { id, count, allowStdin, reached: -1, interrupted: false };
  let error;
  let result;
  try {
    const value = await executor.execute(cell, run);
    if (value && wantResult) result = await formsOf(value[0]);
  } catch (thrown) {
    error = describeThrown(thrown);
  }
  const reached = error ? run.reached : Number.MAX_SAFE_INTEGER;
  try {
    tell({ type: "done", run: id, reached, error, result });
  } catch (unspeakable) {
    // A form that is no JSON (a BigInt, a circle) must not leave the cell without its end.
    tell({ type: "done", run: id, reached, error: describeThrown(unspeakable), result: undefined });
  }
}

function interrupt(number: number): void {
  tell({ type: "interrupted" });
  executor.interrupt(number);
  // Programs that listen, as a trainer does that wants to stop cleanly, hear of it as of a signal.
  process.emit("SIGINT", "SIGINT");
}

function take(order: OrderToCells): void {
  if (order.type === "execute") void execute(order);
  else if (order.type === "interrupt") interrupt(order.number);
  else if (order.type === "answer") answer(order.question, order.value);
  else exit(0);
}

/** A cell that ends the process would take every variable along. */
process.exit = (code?: number | string | null): never => {
  const run = currentRun();
  const error = new Error(
    `process.exit(${code ?? ""}) was called${run ? ` by ${describeRun(run)}` : ""}. The kernel goes on, with all variables; ` +
      "to end it, shut it down or restart it from the notebook's menu.",
  );
  error.name = "ProcessExit";
  throw error;
};

// The signal itself only ever ends a cell's first part; everything else hears of an interrupt by message.
process.on("SIGINT", () => undefined);
mapStackTraces();
captureStreams();
reportStrays((run, text) => print("stderr", text, run));
offerKernelBridge({
  get allowStdin() {
    return currentRun()?.allowStdin === true;
  },
  input(prompt, { password = false } = {}) {
    const run = owningRun() ?? currentRun();
    return run?.allowStdin ? ask(run, prompt, password) : undefined;
  },
  display: show,
  clearOutput,
});
startWatching();
new Socket({ fd: PIPES.orders }).on("data", lineReader<OrderToCells>(take)).on("end", () => exit(0));
tell({ type: "ready" });
