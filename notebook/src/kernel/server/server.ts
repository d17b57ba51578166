import { Publisher, Reply, Router } from "zeromq";
import type { CellCompiler } from "../compiler/cell-compiler";
import { complete } from "../compiler/completion";
import { inspectCell } from "../compiler/inspection";
import { isComplete } from "../compiler/is-complete";
import { channelAddress, type ConnectionInfo } from "../protocol/connection";
import {
  createMessage,
  decodeMessage,
  encodeMessage,
  END_OF_INPUT,
  WireError,
  type Message,
} from "../protocol/wire";
import type { CellProcessExit } from "./cell-process";
import { CellRunner } from "./cell-runner";
import { ExecutionQueue } from "./execution-queue";
import type { History } from "./history";
import { kernelInfo } from "./kernel-info";
import { Outbox } from "./outbox";
import { OutputChannel } from "./output-channel";

/** Nothing is dropped however much waits; what is left at the end gets a moment to arrive. */
const PUBLISHING = { sendHighWaterMark: 0, linger: 500 };
const SOCKET_OPTIONS = { ...PUBLISHING, receiveHighWaterMark: 0 };

const log = (text: string) => process.stderr.write(`finetune kernel: ${text}\n`);

/** Answers a request: the type of the reply and its content. */
type Answer = [type: string, content: Record<string, unknown>];

/**
 * The kernel as front ends see it: five channels of the Jupyter protocol. It compiles cells and has them run in a
 * process of their own, so it answers whatever a cell does.
 *
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export class KernelServer {
  private readonly sockets = {
    shell: new Router(SOCKET_OPTIONS),
    control: new Router(SOCKET_OPTIONS),
    stdin: new Router(SOCKET_OPTIONS),
    iopub: new Publisher(PUBLISHING),
    hb: new Reply(SOCKET_OPTIONS),
  };
  private readonly outboxes: Record<"shell" | "control" | "stdin" | "hb", Outbox>;
  private readonly output: OutputChannel;
  private readonly cells: CellRunner;
  private readonly queue: ExecutionQueue;
  /** The questions on their way, by the id of their `input_request`. */
  private readonly questions = new Map<string, number>();
  private end: (exit: CellProcessExit | undefined) => void = () => undefined;

  /** Resolves when a front end has asked the kernel to end (`undefined`), or the process of the cells has died. */
  readonly ended = new Promise<CellProcessExit | undefined>((resolve) => (this.end = resolve));

  constructor(
    private readonly connection: ConnectionInfo,
    private readonly compiler: CellCompiler,
    private readonly history: History,
  ) {
    const failed = (error: unknown) => log(`a message could not be sent: ${String(error)}`);
    const { shell, control, stdin, hb, iopub } = this.sockets;
    this.outboxes = {
      shell: new Outbox(shell, failed),
      control: new Outbox(control, failed),
      stdin: new Outbox(stdin, failed),
      hb: new Outbox(hb, failed),
    };
    this.output = new OutputChannel(iopub, connection.key, failed);
    this.cells = new CellRunner({
      compiler,
      output: this.output,
      history,
      ask: (question, request, prompt, password) => this.ask(question, request, prompt, password),
      onDeath: (exit) => void this.reportDeath(exit),
    });
    this.queue = new ExecutionQueue(this.cells);
  }

  /** Binds the channels and serves them until {@link close}. */
  async start(): Promise<void> {
    const { shell, control, stdin, iopub, hb } = this.sockets;
    await Promise.all([
      iopub.bind(channelAddress(this.connection, "iopub")),
      shell.bind(channelAddress(this.connection, "shell")),
      control.bind(channelAddress(this.connection, "control")),
      stdin.bind(channelAddress(this.connection, "stdin")),
      hb.bind(channelAddress(this.connection, "hb")),
    ]);
    void this.serve(shell, (frames) => this.receive("shell", frames));
    void this.serve(control, (frames) => this.receive("control", frames));
    void this.serve(stdin, (frames) => this.receiveAnswer(frames));
    void this.serve(hb, (frames) => this.outboxes.hb.send(frames));
  }

  /** Handles each message as it comes; one that cannot be handled is reported and dropped. */
  private async serve(socket: AsyncIterable<Buffer[]>, handle: (frames: Buffer[]) => void): Promise<void> {
    for await (const frames of socket) {
      try {
        handle(frames);
      } catch (error) {
        log(
          `dropped a message: ${error instanceof WireError ? error.message : String((error as Error).stack)}`,
        );
      }
    }
  }

  private receive(channel: "shell" | "control", frames: Buffer[]): void {
    const request = decodeMessage(this.connection.key, frames);
    const { msg_type: type } = request.header;
    const send = (kind: string, content: Record<string, unknown>) =>
      this.send(channel, kind, content, request);
    if (type === "execute_request") {
      return this.queue.add({ request, reply: (content) => send("execute_reply", content) });
    }
    this.output.status("busy", request);
    try {
      const answer = this.answer(type, request);
      if (answer) send(...answer);
    } finally {
      this.output.status("idle", request);
      // Front ends show the latest status: another request's "idle" does not mean that the cell has ended.
      if (this.cells.running) this.output.status("busy", this.cells.running);
    }
    if (type === "shutdown_request") this.end(undefined);
  }

  /** @returns `undefined` for messages that get no reply */
  private answer(type: string, request: Message): Answer | undefined {
    const { content } = request;
    const code = typeof content.code === "string" ? content.code : "";
    const position = typeof content.cursor_pos === "number" ? content.cursor_pos : code.length;
    switch (type) {
      case "kernel_info_request":
        return ["kernel_info_reply", kernelInfo()];
      case "complete_request":
        return ["complete_reply", complete(this.compiler, code, position)];
      case "inspect_request":
        return ["inspect_reply", inspectCell(this.compiler, code, position)];
      case "is_complete_request":
        return ["is_complete_reply", isComplete(code)];
      case "history_request":
        return ["history_reply", { status: "ok", history: this.history.find(content) }];
      case "comm_info_request":
        return ["comm_info_reply", { status: "ok", comms: {} }];
      case "comm_open":
        // Nobody here knows the target; the other side must not wait for it.
        this.output.publish("comm_close", { comm_id: content.comm_id, data: {} }, request);
        return undefined;
      case "interrupt_request":
        this.interrupt();
        return ["interrupt_reply", { status: "ok" }];
      case "shutdown_request":
        return ["shutdown_reply", { status: "ok", restart: content.restart === true }];
      case "debug_request":
        return ["debug_reply", refuseDebugging(content)];
      default:
        if (!type.startsWith("comm_")) log(`unknown message ${type}`);
        return undefined;
    }
  }

  private send(
    channel: "shell" | "control" | "stdin",
    type: string,
    content: Record<string, unknown>,
    request: Message,
  ): void {
    const message = createMessage(type, request.header.session, content, request);
    this.outboxes[channel].send(encodeMessage(this.connection.key, message));
  }

  private ask(question: number, request: Message, prompt: string, password: boolean): void {
    const message = createMessage("input_request", request.header.session, { prompt, password }, request);
    this.questions.set(message.header.msg_id, question);
    this.outboxes.stdin.send(encodeMessage(this.connection.key, message));
  }

  /** Takes an `input_reply`; the process of the cells drops answers that nobody waits for any more. */
  private receiveAnswer(frames: Buffer[]): void {
    const { header, parent, content } = decodeMessage(this.connection.key, frames);
    if (header.msg_type !== "input_reply") return;
    // Some front ends leave the parent header empty: then it is the latest question.
    const id = parent.msg_id ?? [...this.questions.keys()].at(-1) ?? "";
    const question = this.questions.get(id);
    if (question === undefined) return;
    this.questions.delete(id);
    const value = typeof content.value === "string" ? content.value : "";
    this.cells.answer(question, value === END_OF_INPUT ? undefined : value);
  }

  interrupt(): void {
    this.cells.interrupt();
  }

  private async reportDeath(exit: CellProcessExit): Promise<void> {
    if (this.cells.running) {
      this.output.stream("stderr", `The process of the cells ${describeExit(exit)}.\n`, this.cells.running);
    }
    await this.output.drained();
    this.end(exit);
  }

  /** Ends the cells, and closes the channels when all that was said is on its way. */
  async close(): Promise<void> {
    await this.cells.close();
    await Promise.all([
      this.output.drained(),
      ...Object.values(this.outboxes).map((outbox) => outbox.drained()),
    ]);
    for (const socket of Object.values(this.sockets)) socket.close();
  }

  kill(): void {
    this.cells.kill();
  }
}

/** How a process ended, in words. */
export function describeExit({ code, signal, lastWords }: CellProcessExit): string {
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
  return lastWords === "" ? how : `${how}; its last words:\n${lastWords}`;
}

function refuseDebugging({ seq, command }: Record<string, unknown>): Record<string, unknown> {
  return {
    type: "response",
    seq: 0,
    request_seq: seq ?? 0,
    command: command ?? "",
    success: false,
    message: "this kernel has no debugger",
  };
}
