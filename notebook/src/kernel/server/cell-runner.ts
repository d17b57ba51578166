import { CellCompileError, type CellCompiler, type CompiledCell } from "../compiler/cell-compiler";
import { caret } from "../compiler/caret";
import type { CellDiagnostic } from "../compiler/diagnostics";
import type { CellError, NewsOfCells, RunEnd } from "../protocol/cell-messages";
import type { Message } from "../protocol/wire";
import { CellProcess, type CellProcessExit } from "./cell-process";
import type { CellRunner as Runner, QueuedCell } from "./execution-queue";
import type { History } from "./history";
import type { OutputChannel } from "./output-channel";

export interface CellRunnerOptions {
  compiler: CellCompiler;
  output: OutputChannel;
  history: History;
  /** Asks the front end that sent `request` for a line; the answer comes by {@link CellRunner.answer}. */
  ask: (question: number, request: Message, prompt: string, password: boolean) => void;
  onDeath: (exit: CellProcessExit) => void;
}

/** So many of the latest runs are remembered; what comes of an older one is shown with the latest. */
const REMEMBERED = 10_000;

/** Carries out `execute_request`: compiles the cell, has it run, and publishes what comes of it. */
export class CellRunner implements Runner {
  /** Number of the last cell that ran; 0 before the first. */
  executionCount = 0;
  /** The request of the cell that runs now. */
  running: Message | undefined;
  private readonly process: CellProcess;
  /** The request of each run: where its output belongs. */
  private readonly requests = new Map<number, Message>();
  private runs = 0;
  private finish: ((end: RunEnd) => void) | undefined;

  constructor(private readonly options: CellRunnerOptions) {
    const { output } = options;
    this.process = new CellProcess({
      onNews: (news) => this.take(news),
      onRawOutput: (name, text) => {
        const request = this.requests.get(this.runs);
        if (request) output.stream(name, text, request);
      },
      onDeaf: () => {
        if (this.running) output.stream("stderr", DEAF, this.running);
      },
      onDeath: options.onDeath,
    });
  }

  async run({ request, reply }: QueuedCell, abortQueued: () => Promise<void>): Promise<void> {
    const { output, history } = this.options;
    const { code = "", silent = false, store_history = true, stop_on_error = true } = request.content;
    const source = String(code);
    const counted = silent !== true && store_history !== false;
    if (counted) this.executionCount++;
    this.running = request;
    output.status("busy", request);
    if (silent !== true)
      output.publish("execute_input", { code: source, execution_count: this.executionCount }, request);
    const { error, result } = await this.execute(source, request, {
      silent: silent === true,
      wantResult: silent !== true,
    });
    const expressions = error ? {} : await this.expressions(request);
    if (silent !== true && result) {
      output.publish("execute_result", { ...result, execution_count: this.executionCount }, request);
    }
    if (error && silent !== true) output.publish("error", { ...error }, request);
    if (counted && source.trim() !== "") {
      const text = result?.data["text/plain"];
      history.add(this.executionCount, source, typeof text === "string" ? text : undefined);
    }
    if (error && stop_on_error !== false) await abortQueued();
    const end = error
      ? { status: "error", ...error }
      : { status: "ok", payload: [], user_expressions: expressions };
    reply({ ...end, execution_count: this.executionCount });
    this.running = undefined;
    output.status("idle", request);
  }

  abort({ request, reply }: QueuedCell): void {
    const { output } = this.options;
    output.status("busy", request);
    reply({ status: "aborted", execution_count: this.executionCount });
    output.status("idle", request);
  }

  /** Evaluates `user_expressions`, after the cell and with its variables. */
  private async expressions(request: Message): Promise<Record<string, unknown>> {
    const values = new Map<string, unknown>();
    for (const [name, expression] of Object.entries(request.content.user_expressions ?? {})) {
      const code = String(expression).replace(/;\s*$/, "");
      const { error, result } = await this.execute(code, request, { silent: true, wantResult: true });
      const shown = result ?? { data: { "text/plain": "undefined" }, metadata: {} };
      values.set(name, error ? { status: "error", ...error } : { status: "ok", ...shown });
    }
    return Object.fromEntries(values);
  }

  private async execute(
    code: string,
    request: Message,
    { silent, wantResult }: { silent: boolean; wantResult: boolean },
  ): Promise<Pick<RunEnd, "error" | "result">> {
    const { compiler } = this.options;
    const run = ++this.runs;
    const count = silent ? undefined : this.executionCount;
    this.requests.set(run, request);
    this.requests.delete(run - REMEMBERED);
    let cell: CompiledCell;
    try {
      cell = compiler.compile(code, `__cell_${run}`);
    } catch (error) {
      if (error instanceof CellCompileError)
        return { error: describeCompileError(error.diagnostics), result: undefined };
      const { name, message, stack = "" } = error as Error;
      const ename = `${name} (in the compiler)`;
      return {
        error: { ename, evalue: message, traceback: [`${ename}: ${message}`, stack] },
        result: undefined,
      };
    }
    const ended = new Promise<RunEnd>((resolve) => (this.finish = resolve));
    const allowStdin = request.content.allow_stdin === true;
    this.process.order({ type: "execute", run, count, cell, allowStdin, wantResult });
    const end = await ended;
    compiler.commit(end.reached);
    // What programs of the cell have written to its streams comes on pipes of its own.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    return end;
  }

  private take(news: NewsOfCells): void {
    const { output, ask } = this.options;
    if (news.type === "done") {
      this.finish?.(news);
      return;
    }
    if (!("run" in news)) return;
    const request = this.requests.get(news.run) ?? this.requests.get(this.runs);
    if (!request) return;
    if (news.type === "stream") output.stream(news.name, news.text, request);
    else if (news.type === "clear") output.publish("clear_output", { wait: news.wait }, request);
    else if (news.type === "display")
      output.publish(news.update ? "update_display_data" : "display_data", { ...news.content }, request);
    else if (news.type === "question") ask(news.question, request, news.prompt, news.password);
  }

  /** @param value `undefined`: the input has ended */
  answer(question: number, value: string | undefined): void {
    this.process.order({ type: "answer", question, value });
  }

  interrupt(): void {
    this.process.interrupt();
  }

  /** Ends the process of the cells and all that it has started. */
  close(): Promise<void> {
    return this.process.close();
  }

  kill(): void {
    this.process.kill();
  }
}

const DEAF =
  "The cell has not stopped: it is inside native code or a library that cannot be interrupted there. " +
  "Restart the kernel to end it at once.\n";

function describeCompileError(diagnostics: readonly CellDiagnostic[]): CellError {
  const traceback: string[] = [];
  let first = "";
  for (const { file, line, column, message, source } of diagnostics) {
    const where = `${file === undefined ? "" : `${file} `}line ${line}, column ${column}`;
    first ||= `${where}: ${message}`;
    traceback.push(`CompileError: ${where}: ${message}`, `    ${source}`, `    ${caret(source, column)}`);
  }
  return { ename: "CompileError", evalue: first, traceback };
}
