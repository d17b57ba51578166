import { ZmqServer } from "tslab/dist/jupyter";
import { Publisher, Reply, Router } from "zeromq";
import type { KernelBridge } from "../../notebook/kernel-bridge";
import { channelAddress, readConnectionFile } from "../protocol/connection";
import type { CompleteExecuteReply, KernelHandler } from "./handler";
import { InputChannel } from "./input-channel";
import { createMessage, decodeMessage, encodeMessage, WireError, type Message } from "../protocol/wire";

type TslabMessage = Parameters<ZmqServer["handleExecute"]>[1];

/** Nothing is dropped however fast a cell prints; what is left at the end gets a moment to arrive. */
const SOCKET_OPTIONS = { sendHighWaterMark: 0, linger: 500 };

/** For this long after a failure tslab refuses every cell, also those that nobody had queued before. */
const REFUSAL_MS = 250;

// The process's own standard error: cells replace `process.stderr.write`.
const logToTerminal = process.stderr.write.bind(process.stderr);

/**
 * tslab's server plus the parts of the protocol that it lacks: `execute_input` and `error` messages, the
 * stdin channel, `interrupt_request`, a status that stays "busy" while a cell runs, and an end that comes
 * when it is asked for.
 */
export class KernelServer extends ZmqServer {
  private readonly cells: KernelHandler;
  private input: InputChannel | undefined;
  /** The request of the cell that runs now. */
  private running: Message | undefined;
  /** Ends when the last cell queued so far has ended. */
  private turn: Promise<void> = Promise.resolve();
  /** How many cells have been sent, and up to which of them a failure has cancelled them. */
  private received = 0;
  private cancelled = 0;
  private shutDown: () => void = () => undefined;

  /** Resolves when a front end has asked the kernel to end and got its answer. */
  readonly closed = new Promise<void>((resolve) => (this.shutDown = resolve));

  constructor(handler: KernelHandler, connectionFile: string) {
    super(handler, connectionFile);
    this.cells = handler;
  }

  /** Binds the five channels and serves them until {@link close}. */
  override async init(): Promise<void> {
    const info = readConnectionFile(this.configPath);
    this.connInfo = info;
    this.iopub = new Publisher(SOCKET_OPTIONS);
    this.shell = new Router(SOCKET_OPTIONS);
    this.control = new Router(SOCKET_OPTIONS);
    this.stdin = new Router(SOCKET_OPTIONS);
    this.hb = new Reply(SOCKET_OPTIONS);
    this.input = new InputChannel(this.stdin, info.key);
    await Promise.all([
      this.iopub.bind(channelAddress(info, "iopub")),
      this.shell.bind(channelAddress(info, "shell")),
      this.control.bind(channelAddress(info, "control")),
      this.stdin.bind(channelAddress(info, "stdin")),
      this.hb.bind(channelAddress(info, "hb")),
    ]);
    void this.serve(this.shell, (frames) => this.handleShellMessage(this.shell, ...frames));
    void this.serve(this.control, (frames) => this.handleShellMessage(this.control, ...frames));
    void this.serve(this.stdin, (frames) => this.input?.receive(frames));
    void this.serve(this.hb, (frames) => this.hb.send(frames));
  }

  /** Starts handling each message as it comes; one that cannot be handled is reported and dropped. */
  private async serve(
    socket: AsyncIterable<Buffer[]>,
    handle: (frames: Buffer[]) => Promise<void> | void,
  ): Promise<void> {
    for await (const frames of socket) {
      void (async () => handle(frames))().catch((error: unknown) => {
        const reason = error instanceof WireError ? error.message : String(error);
        logToTerminal(`finetune kernel: dropped a message: ${reason}\n`);
      });
    }
  }

  override async handleShellMessage(socket: Router, ...frames: Buffer[]): Promise<void> {
    const message = decodeMessage(this.connInfo.key, frames);
    switch (message.header.msg_type) {
      case "execute_request": {
        // tslab queues cells too, but says "busy" and "idle" for each at once. Other requests (completion
        // while a model trains) do not wait.
        const number = ++this.received;
        this.turn = this.turn.then(() =>
          number <= this.cancelled
            ? this.answer(socket, message, "execute_reply", { status: "aborted" })
            : this.runCell(message, () => super.handleShellMessage(socket, ...frames)),
        );
        return this.turn;
      }
      case "interrupt_request":
        // As a signal would: the kernel's own listener interrupts the cell, the program's listeners hear of it.
        process.emit("SIGINT", "SIGINT");
        return this.answer(socket, message, "interrupt_reply", { status: "ok" });
      case "history_request":
        return this.answer(socket, message, "history_reply", { status: "ok", history: [] });
      case "comm_info_request":
        return this.answer(socket, message, "comm_info_reply", { status: "ok", comms: {} });
      case "shutdown_request":
        await this.answer(socket, message, "shutdown_reply", {
          status: "ok",
          restart: message.content.restart === true,
        });
        this.close();
        this.shutDown();
        return;
      default:
        return super.handleShellMessage(socket, ...frames);
    }
  }

  private async runCell(message: Message, run: () => Promise<void>): Promise<void> {
    this.running = message;
    try {
      await run();
    } finally {
      this.running = undefined;
    }
  }

  override async handleExecute(socket: Router, request: TslabMessage): Promise<void> {
    const publish = (type: string, content: Record<string, unknown>) => {
      const message = request.createReply();
      message.header.msg_type = type;
      message.content = content;
      message.signAndSend(this.connInfo.key, this.iopub);
    };
    const reply = request.createReply();
    reply.header.msg_type = "execute_reply";
    const content = request.content as Parameters<KernelHandler["handleExecute"]>[0];
    publish("execute_input", { code: content.code, execution_count: this.cells.executionCount + 1 });
    const result: CompleteExecuteReply = await this.cells.handleExecute(
      content,
      (name, text) => publish("stream", { name, text }),
      (data, update) => publish(update ? "update_display_data" : "display_data", { ...data }),
    );
    if (result.status === "error") {
      const { ename, evalue, traceback } = result;
      publish("error", { ename, evalue, traceback });
      // The answer waits until tslab takes cells again. Those that have been queued by then are cancelled, those
      // that follow the answer are not.
      await new Promise((resolve) => setTimeout(resolve, REFUSAL_MS));
      if (content.stop_on_error !== false) this.cancelled = this.received;
    }
    reply.content = result;
    reply.signAndSend(this.connInfo.key, socket);
  }

  override publishStatus(status: string, parent: TslabMessage): void {
    super.publishStatus(status, parent);
    // Front ends show the latest status: another request's "idle" does not mean that the cell has ended.
    const { running } = this;
    if (status === "idle" && running && parent.header.msg_id !== running.header.msg_id) {
      void this.publish("status", { execution_state: "busy" }, running);
    }
  }

  private async answer(
    socket: Router,
    request: Message,
    type: string,
    content: Record<string, unknown>,
  ): Promise<void> {
    await this.publish("status", { execution_state: "busy" }, request);
    await this.send(socket, createMessage(type, request.header.session, content, request));
    await this.publish("status", { execution_state: this.running ? "busy" : "idle" }, request);
  }

  private publish(type: string, content: Record<string, unknown>, parent: Message): Promise<void> {
    return this.send(this.iopub, createMessage(type, parent.header.session, content, parent));
  }

  private send(socket: Router | Publisher, message: Message): Promise<void> {
    return socket.send(encodeMessage(this.connInfo.key, message));
  }

  /** Rejects the running cell, also while it waits for input. */
  interrupt(): void {
    this.input?.cancel();
    this.cells.interrupt();
  }

  /** What notebook code may ask of this kernel. */
  bridge(): KernelBridge {
    const asked = () => (this.running?.content.allow_stdin === true ? this.running : undefined);
    return {
      get allowStdin() {
        return asked() !== undefined;
      },
      input: (prompt) => {
        const request = asked();
        return request && this.input?.ask(prompt, request);
      },
    };
  }
}
