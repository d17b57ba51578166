import { resolve } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import { channelAddress } from "../../../notebook/src/kernel/protocol/connection";
import {
  createMessage,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../../notebook/src/kernel/protocol/wire";
import { Outbox } from "../../../notebook/src/kernel/server/outbox";
import { KernelProcess } from "../../../notebook/src/kernel/runner/kernel-process";
import { tearDown, type Owner } from "../../teardown";

export const ROOT = resolve(__dirname, "../../..");

/** What came of one request: its reply, and everything that was published in its name up to "idle". */
export interface Outcome {
  reply: Record<string, unknown>;
  published: Message[];
  /** Joined text of each stream. */
  stdout: string;
  stderr: string;
  /** `text/plain` of the result; `undefined` when there is none. */
  result: string | undefined;
  /** Lines of the error message. */
  traceback: string[];
}

type Content = Record<string, unknown>;
type Channel = "shell" | "control";

interface Waiting {
  reply?: Message;
  idle: boolean;
  published: Message[];
  done(): void;
}

const DEADLINE_MS = 90_000;

/** A front end on the bare wire. */
export class Session {
  /** Everything on iopub, in order. */
  readonly published: Message[] = [];
  private readonly sockets: Record<Channel | "stdin", Dealer>;
  private readonly outboxes: Record<Channel | "stdin", Outbox>;
  private readonly iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  private readonly waiting = new Map<string, Waiting>();
  /** Answers `input_request`s. */
  onQuestion: (content: Content) => string = () => "";

  private constructor(readonly kernel: KernelProcess) {
    const options = { linger: 0, routingId: `s${process.pid}-${Math.random()}`, receiveHighWaterMark: 0 };
    this.sockets = { shell: new Dealer(options), control: new Dealer(options), stdin: new Dealer(options) };
    const failed = (error: unknown) => console.error(error);
    this.outboxes = {
      shell: new Outbox(this.sockets.shell, failed),
      control: new Outbox(this.sockets.control, failed),
      stdin: new Outbox(this.sockets.stdin, failed),
    };
    for (const [name, socket] of Object.entries(this.sockets)) {
      socket.connect(channelAddress(kernel.connection, name as Channel));
    }
    this.iopub.connect(channelAddress(kernel.connection, "iopub"));
    this.iopub.subscribe();
    void this.serve(this.sockets.shell, (message) => this.settle(message, "reply"));
    void this.serve(this.sockets.control, (message) => this.settle(message, "reply"));
    void this.serve(this.sockets.stdin, (message) => this.answer(message));
    void this.serve(this.iopub, (message) => this.settle(message, "published"));
  }

  static async start(t: Owner, { cwd = ROOT, env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    const kernel = await KernelProcess.start({ cwd, env });
    const session = new Session(kernel);
    tearDown(t, async () => {
      kernel.kill();
      await kernel.exited;
      for (const socket of [...Object.values(session.sockets), session.iopub]) socket.close();
    });
    // The first "idle" is lost while the subscription is still on its way.
    for (;;) {
      if (kernel.exit) throw new Error(`the kernel ${kernel.describeExit()}`);
      const answered = session.request("shell", "kernel_info_request", {}).then(
        () => true,
        () => false,
      );
      if (await Promise.race([answered, sleep(1000).then(() => false)])) return session;
    }
  }

  private async serve(socket: AsyncIterable<Buffer[]>, take: (message: Message) => void): Promise<void> {
    for await (const frames of socket) take(decodeMessage(this.kernel.connection.key, frames));
  }

  private settle(message: Message, kind: "reply" | "published"): void {
    if (kind === "published") this.published.push(message);
    const waiting = this.waiting.get(message.parent.msg_id ?? "");
    if (!waiting) return;
    if (kind === "reply") waiting.reply = message;
    else {
      waiting.published.push(message);
      if (message.content.execution_state === "idle") waiting.idle = true;
    }
    if (waiting.reply && waiting.idle) waiting.done();
  }

  private answer(question: Message): void {
    const value = this.onQuestion(question.content);
    this.send("stdin", createMessage("input_reply", "test", { value }, question));
  }

  send(channel: Channel | "stdin", message: Message): void {
    this.outboxes[channel].send(encodeMessage(this.kernel.connection.key, message));
  }

  /** Sends a request and waits for its reply and its "idle". */
  async request(channel: Channel, type: string, content: Content): Promise<Outcome> {
    const message = createMessage(type, "test", content);
    const id = message.header.msg_id;
    const published: Message[] = [];
    const ended = new Promise<Message>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`no answer to ${type}: ${JSON.stringify(content)}`)),
        DEADLINE_MS,
      );
      late.unref();
      const waiting: Waiting = {
        idle: false,
        published,
        done: () => {
          clearTimeout(late);
          this.waiting.delete(id);
          resolve(waiting.reply!);
        },
      };
      this.waiting.set(id, waiting);
    });
    this.send(channel, message);
    return outcome((await ended).content, published);
  }

  /** Runs a cell. */
  run(code: string, more: Content = {}): Promise<Outcome> {
    return this.request("shell", "execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: true,
      stop_on_error: true,
      ...more,
    });
  }

  /** Resolves when some message has been published. */
  async until(wanted: (message: Message) => boolean): Promise<Message> {
    for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await sleep(20)) {
      const found = this.published.find(wanted);
      if (found) return found;
    }
    throw new Error("the message did not come");
  }

  /** Resolves when a cell has printed some text. */
  untilPrinted(text: string): Promise<Message> {
    return this.until(({ content }) => String(content.text).includes(text));
  }
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function outcome(reply: Content, published: Message[]): Outcome {
  const of = (type: string) =>
    published.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const text = (name: string) =>
    of("stream")
      .filter((content) => content.name === name)
      .map((content) => content.text)
      .join("");
  const data = of("execute_result")[0]?.data as Record<string, unknown> | undefined;
  return {
    reply,
    published,
    stdout: text("stdout"),
    stderr: text("stderr"),
    result: data?.["text/plain"] as string | undefined,
    traceback: (of("error")[0]?.traceback as string[] | undefined) ?? [],
  };
}
