import { randomUUID } from "node:crypto";
import { Dealer, Subscriber } from "zeromq";
import { NotebookError } from "finetune-ts";
import { channelAddress } from "../protocol/connection";
import type { KernelProcess } from "./kernel-process";
import { createMessage, decodeMessage, encodeMessage, WireError, type Message } from "../protocol/wire";

/** Who listens to a kernel while it runs cells. */
export interface KernelListener {
  /** A message of the iopub channel: output, status. `cell` is the id that {@link KernelClient.execute} was given. */
  onOutput(cell: string | undefined, message: Message): void;
  /** The running cell asks for a line. Only called when stdin was offered. */
  onInput?(prompt: string): Promise<string>;
}

export interface ExecuteResult {
  status: "ok" | "error" | "aborted";
  executionCount: number | null;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

interface Pending {
  reply?: Message;
  idle: boolean;
  settle: { resolve(reply: Message): void; reject(error: Error): void };
}

const PROBE_MS = 1000;
const SHUTDOWN_MS = 3000;
const INTERRUPT_MS = 1000;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A front end of one kernel: sends requests, waits for replies, passes outputs on. Never waits for a dead kernel. */
export class KernelClient {
  private readonly session = randomUUID();
  private readonly shell: Dealer;
  private readonly control: Dealer;
  private readonly stdin: Dealer;
  private readonly iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  private readonly pending = new Map<string, Pending>();
  /** The cell of each request ever sent: a cell may print after it has ended. */
  private readonly cells = new Map<string, string>();
  private closed = false;
  /** Cells that have been sent and have not ended. */
  private executing = 0;
  private interrupting: NodeJS.Timeout | undefined;

  constructor(
    private readonly kernel: KernelProcess,
    private readonly listener: KernelListener,
  ) {
    // Kernels answer on the stdin channel to the routing id that the request came from.
    const options = { linger: 0, routingId: this.session, receiveHighWaterMark: 0 };
    this.shell = new Dealer(options);
    this.control = new Dealer(options);
    this.stdin = new Dealer(options);
    const { connection } = kernel;
    this.shell.connect(channelAddress(connection, "shell"));
    this.control.connect(channelAddress(connection, "control"));
    this.stdin.connect(channelAddress(connection, "stdin"));
    this.iopub.connect(channelAddress(connection, "iopub"));
    this.iopub.subscribe();
    void this.serve(this.shell, (message) => this.receiveReply(message));
    void this.serve(this.control, (message) => this.receiveReply(message));
    void this.serve(this.iopub, (message) => this.receiveOutput(message));
    void this.serve(this.stdin, (message) => this.receiveQuestion(message));
    void kernel.exited.then(() => this.failPending());
  }

  private async serve(socket: AsyncIterable<Buffer[]>, receive: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      try {
        receive(decodeMessage(this.kernel.connection.key, frames));
      } catch (error) {
        // Whoever else sends to our ports is not our kernel.
        if (!(error instanceof WireError)) throw error;
      }
    }
  }

  private receiveReply(message: Message): void {
    const pending = this.pending.get(message.parent.msg_id ?? "");
    if (!pending) return;
    pending.reply = message;
    this.settle(message.parent.msg_id ?? "");
  }

  private receiveOutput(message: Message): void {
    const request = message.parent.msg_id ?? "";
    this.listener.onOutput(this.cells.get(request), message);
    const pending = this.pending.get(request);
    if (pending && message.header.msg_type === "status" && message.content.execution_state === "idle") {
      pending.idle = true;
      this.settle(request);
    }
  }

  /** A request is over when its reply and the "idle" after its last output are here: they come on two sockets. */
  private settle(request: string): void {
    const pending = this.pending.get(request);
    if (!pending?.reply || !pending.idle) return;
    this.pending.delete(request);
    pending.settle.resolve(pending.reply);
  }

  private receiveQuestion(message: Message): void {
    if (message.header.msg_type !== "input_request") return;
    const answer = this.listener.onInput?.(text(message.content.prompt) ?? "");
    void answer?.then((value) =>
      this.send(this.stdin, createMessage("input_reply", this.session, { value }, message)),
    );
  }

  private failPending(): void {
    const error = new NotebookError(`the kernel ${this.kernel.describeExit()}`);
    for (const { settle } of this.pending.values()) settle.reject(error);
    this.pending.clear();
  }

  private async send(socket: Dealer, message: Message): Promise<void> {
    if (this.closed) return;
    await socket.send(encodeMessage(this.kernel.connection.key, message));
  }

  private async request(
    socket: Dealer,
    type: string,
    content: Record<string, unknown>,
    cell?: string,
    timeoutMs?: number,
  ): Promise<Message> {
    if (this.kernel.exit) throw new NotebookError(`the kernel ${this.kernel.describeExit()}`);
    const message = createMessage(type, this.session, content);
    const id = message.header.msg_id;
    if (cell !== undefined) this.cells.set(id, cell);
    const answer = new Promise<Message>((resolve, reject) => {
      this.pending.set(id, { idle: false, settle: { resolve, reject } });
    });
    await this.send(socket, message);
    if (timeoutMs === undefined) return answer;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new NotebookError(`no answer to ${type} in ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
    });
    return Promise.race([answer, timeout]).finally(() => {
      clearTimeout(timer);
      this.pending.delete(id);
    });
  }

  /**
   * Waits until the kernel answers and its outputs arrive.
   *
   * @returns the content of the kernel's `kernel_info_reply`
   * @throws {@link NotebookError} when it ends, or does not answer within `timeoutMs`
   */
  async ready(timeoutMs: number): Promise<Record<string, unknown>> {
    const deadline = Date.now() + timeoutMs;
    for (
      let patience = PROBE_MS;
      ;
      patience = Math.min(2 * patience, Math.max(deadline - Date.now(), PROBE_MS))
    ) {
      // Sent again and again: "idle" is lost when the subscription was not there yet.
      const probe = this.request(this.shell, "kernel_info_request", {}, undefined, patience);
      try {
        return (await probe).content;
      } catch (error) {
        if (this.kernel.exit) throw error;
        if (Date.now() >= deadline) {
          const words = this.kernel.output.trim();
          const said = words === "" ? "" : `; it wrote:\n${words}`;
          throw new NotebookError(`the kernel did not answer within ${timeoutMs / 1000} s${said}`);
        }
      }
    }
  }

  /**
   * Runs one cell and waits for its end, however long it takes.
   *
   * @param cell       comes back with each output
   * @param allowStdin whether the cell may ask the user
   * @throws {@link NotebookError} when the kernel dies
   */
  async execute(cell: string, code: string, allowStdin = false): Promise<ExecuteResult> {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: allowStdin,
      stop_on_error: true,
    };
    this.executing++;
    const { content: reply } = await this.request(this.shell, "execute_request", content, cell).finally(
      () => {
        this.executing--;
        if (this.executing === 0) clearInterval(this.interrupting);
      },
    );
    const count = reply.execution_count;
    return {
      status: reply.status === "ok" ? "ok" : reply.status === "error" ? "error" : "aborted",
      executionCount: typeof count === "number" ? count : null,
      ename: text(reply.ename),
      evalue: text(reply.evalue),
      traceback: Array.isArray(reply.traceback) ? reply.traceback.map(String) : undefined,
    };
  }

  /**
   * Interrupts the running cell: by signal, or by message where there are no signals. Again every second until the
   * cell has ended: Node.js loses a signal that comes while the cell is being compiled.
   */
  interrupt(): void {
    this.sendInterrupt();
    clearInterval(this.interrupting);
    if (this.executing > 0) this.interrupting = setInterval(() => this.sendInterrupt(), INTERRUPT_MS).unref();
  }

  private sendInterrupt(): void {
    if (this.closed || this.kernel.exit || this.kernel.interrupt()) return;
    this.send(this.control, createMessage("interrupt_request", this.session, {})).catch(() => undefined);
  }

  /** Asks the kernel to end, ends it if it does not, and closes the channels. */
  async close(): Promise<void> {
    if (this.closed) return;
    if (!this.kernel.exit) {
      const message = createMessage("shutdown_request", this.session, { restart: false });
      const asked = this.send(this.control, message).catch(() => undefined);
      const patience = setTimeout(this.kernel.kill, SHUTDOWN_MS);
      await asked;
      await this.kernel.exited;
      clearTimeout(patience);
    }
    this.closed = true;
    clearInterval(this.interrupting);
    for (const socket of [this.shell, this.control, this.stdin, this.iopub]) socket.close();
  }
}
