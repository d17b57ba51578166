import { dirname, basename, join, resolve } from "node:path";
import { NotebookError } from "finetune-ts";
import { writeWhole } from "../whole-file";
import { KernelClient, type ExecuteResult } from "./kernel-client";
import { KernelProcess, type KernelKind, type KernelProcessOptions } from "./kernel-process";
import { lastHeading, readNotebook, writeNotebook, type CodeCell, type Notebook } from "./notebook-file";
import { OutputRecorder } from "./outputs";
import { prepareFolder, writeSomewhere } from "./result-files";
import { standardOutput, type Screen } from "./screen";
import { tslabSource } from "./tslab-source";
import { TerminalView } from "./terminal";

export interface RunOptions {
  /** Folder of the executed notebook and the page. Default "out". */
  outDir?: string;
  /** Default "finetune". */
  kernel?: KernelKind;
  /** Whether to write the page. Default true. */
  html?: boolean;
  /** Where the cells run and resolve imports from. Default: the current folder. */
  cwd?: string;
  /** Environment of the kernel. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Seconds that one cell may take. Default: no limit. */
  cellTimeout?: number;
  /** Seconds that the kernel may take to answer at the start. Default 60. */
  startTimeout?: number;
  /** Where to show the run. Default: standard output. */
  screen?: Screen;
  /** Asks the user for a line. Default: none, so cells are told that there is no stdin. */
  ask?: (prompt: string) => Promise<string>;
  /** Interrupts the running cell; the run then ends with what it has. */
  interrupt?: AbortSignal;
  /** Ends the kernel at once; the run then ends with what it has. */
  kill?: AbortSignal;
  /** The command that starts a kernel, for tests. */
  command?: KernelProcessOptions["command"];
}

export interface RunResult {
  status: "ok" | "interrupted" | "failed";
  /** One sentence that names the cell and the error; empty when all went well. */
  message: string;
  /** The executed notebook. */
  notebookFile: string;
  /** The page; `undefined` without `html`. */
  htmlFile?: string;
  /** Code cells that ran to their end. */
  cellsRun: number;
  seconds: number;
}

/** A code cell and how to speak of it. */
interface Step {
  cell: CodeCell;
  /** The markdown heading above the cell. */
  heading: string | undefined;
  /** Counted among the code cells, from 1. */
  number: number;
}

const INTERRUPTED = "interrupted";

/**
 * Executes a notebook cell by cell on a kernel of its own and writes it, with outputs, to
 * `<outDir>/<name>.ipynb` and `<outDir>/<name>.html`. Whatever happens while the cells run, what was reached is
 * written and the kernel is gone at the end.
 *
 * @throws {@link NotebookError} when there is no notebook to run or the kernel does not start
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<RunResult> {
  const started = Date.now();
  const notebook = readNotebook(file);
  const outDir = prepareFolder(options.outDir ?? "out");
  const steps = listSteps(notebook);
  for (const { cell } of steps) Object.assign(cell, { outputs: [], execution_count: null });
  const screen = options.screen ?? standardOutput();
  const view = new TerminalView(screen);
  const recorder = new OutputRecorder();
  const byId = new Map(steps.map((step) => [step.cell.id, step.cell]));

  let session: Session | undefined;
  let failure = "";
  let cellsRun = 0;
  try {
    session = await startSession(
      { ...options, env: withColumns(options.env ?? process.env, screen) },
      (id, message) => {
        const cell = byId.get(id ?? "");
        if (!cell) return;
        recorder.record(cell, message);
        view.show(message);
      },
      view,
    );
    notebook.metadata = { ...notebook.metadata, language_info: session.info.language_info };
    let section: string | undefined;
    for (const step of steps) {
      if (options.interrupt?.aborted) {
        failure = `${INTERRUPTED} before ${describe(step)}`;
        break;
      }
      if (step.cell.source.trim() === "") continue;
      if (step.heading !== section)
        view.heading(step.heading ?? "", `cell ${step.number} of ${steps.length}`);
      section = step.heading;
      failure = await runStep(session, step, options);
      view.settle();
      if (failure !== "") break;
      cellsRun++;
    }
  } finally {
    await session?.close();
  }
  recorder.finish(steps.map(({ cell }) => cell));

  const name = basename(file).replace(/\.ipynb$/i, "");
  const written = writeSomewhere(outDir, (folder) => writeNotebook(join(folder, `${name}.ipynb`), notebook));
  const notebookFile = join(written, `${name}.ipynb`);
  let htmlFile: string | undefined;
  if (options.html ?? true) {
    const { renderPage } = await import("./html/page");
    const page = renderPage(notebook, { name, folder: dirname(resolve(file)) });
    const place = writeSomewhere(written, (folder) => writeWhole(join(folder, `${name}.html`), page));
    htmlFile = join(place, `${name}.html`);
  }
  const interrupted = options.interrupt?.aborted === true || options.kill?.aborted === true;
  return {
    status: failure === "" ? "ok" : interrupted ? "interrupted" : "failed",
    message: failure,
    notebookFile,
    htmlFile,
    cellsRun,
    seconds: (Date.now() - started) / 1000,
  };
}

/** Cells write into a pipe: they are told how wide the terminal at its end is. (By COLUMNS, programs like `ps` would cut theirs.) */
function withColumns(env: NodeJS.ProcessEnv, { columns }: Screen): NodeJS.ProcessEnv {
  return columns ? { ...env, FINETUNE_COLUMNS: String(columns) } : env;
}

function listSteps(notebook: Notebook): Step[] {
  const steps: Step[] = [];
  let heading: string | undefined;
  for (const cell of notebook.cells) {
    if (cell.cell_type === "markdown") heading = lastHeading(cell.source) ?? heading;
    if (cell.cell_type === "code") steps.push({ cell, heading, number: steps.length + 1 });
  }
  return steps;
}

function describe({ number, heading }: Step): string {
  return heading === undefined ? `cell ${number}` : `cell ${number} ("${heading}")`;
}

/** A kernel that has answered. */
interface Session {
  client: KernelClient;
  kernel: KernelProcess;
  /** Its `kernel_info_reply`. */
  info: Record<string, unknown>;
  close(): Promise<void>;
}

type OutputListener = ConstructorParameters<typeof KernelClient>[1]["onOutput"];

const START_ATTEMPTS = 3;

async function startSession(
  options: RunOptions,
  onOutput: OutputListener,
  view: TerminalView,
): Promise<Session> {
  const { ask, interrupt, kill, startTimeout = 60 } = options;
  for (let attempt = 1; ; attempt++) {
    const kernel = await KernelProcess.start({ ...options, kind: options.kernel });
    const client = new KernelClient(kernel, {
      onOutput,
      onInput: ask && ((prompt) => (view.yieldScreen(), ask(prompt))),
    });
    const interruptCell = () => {
      view.yieldScreen();
      client.interrupt();
    };
    const close = async () => {
      await client.close();
      interrupt?.removeEventListener("abort", interruptCell);
      kill?.removeEventListener("abort", kernel.kill);
    };
    interrupt?.addEventListener("abort", interruptCell);
    kill?.addEventListener("abort", kernel.kill);
    if (kill?.aborted) kernel.kill();
    try {
      return { client, kernel, close, info: await client.ready(startTimeout * 1000) };
    } catch (error) {
      kernel.kill();
      await close();
      // Another program may have taken one of the ports in between.
      if (attempt < START_ATTEMPTS && /address already in use|EADDRINUSE/i.test(kernel.output)) continue;
      throw new NotebookError(`the kernel did not start: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Runs one cell. @returns what to tell of its failure; "" when it succeeded */
async function runStep({ client, kernel }: Session, step: Step, options: RunOptions): Promise<string> {
  const { cell } = step;
  const { cellTimeout, ask } = options;
  let late = false;
  const timers: NodeJS.Timeout[] = [];
  if (cellTimeout !== undefined) {
    const tooLate = () => {
      late = true;
      client.interrupt();
      // A cell that cannot be interrupted either.
      timers.push(setTimeout(kernel.kill, 5000));
    };
    timers.push(setTimeout(tooLate, cellTimeout * 1000));
  }
  const begun = new Date();
  let result: ExecuteResult;
  try {
    const code = options.kernel === "tslab" ? tslabSource(cell.source) : cell.source;
    result = await client.execute(cell.id, code, ask !== undefined);
  } catch (error) {
    if (late) return `${describe(step)} took longer than ${cellTimeout} s`;
    if (options.kill?.aborted) return `killed in ${describe(step)}`;
    const { message } = error as Error;
    cell.outputs.push({ output_type: "error", ename: "KernelDied", evalue: message, traceback: [message] });
    return `${describe(step)} did not end: ${message}`;
  } finally {
    timers.forEach(clearTimeout);
  }
  cell.execution_count = result.executionCount;
  cell.metadata = {
    ...cell.metadata,
    execution: {
      "iopub.execute_input": begun.toISOString(),
      "shell.execute_reply": new Date().toISOString(),
    },
  };
  if (late) return `${describe(step)} took longer than ${cellTimeout} s`;
  if (result.status === "ok") return "";
  if (options.interrupt?.aborted) return `${INTERRUPTED} in ${describe(step)}`;
  return `${describe(step)} failed: ${errorText(result, cell)}`;
}

/** The error in one line. Plain tslab tells it only on standard error. */
function errorText({ ename, evalue, status }: ExecuteResult, cell: CodeCell): string {
  if (ename !== undefined) return `${ename}: ${evalue ?? ""}`;
  const said = cell.outputs
    .filter((output) => output.output_type === "stream" && output.name === "stderr")
    .at(-1);
  const lines = said?.output_type === "stream" ? said.text.trim().split("\n") : [];
  return lines.find((line) => /^\w*(Error|Exception)\b|^\d+:\d+ - /.test(line)) ?? lines[0] ?? status;
}
