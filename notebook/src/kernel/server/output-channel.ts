import type { Publisher } from "zeromq";
import { createMessage, encodeMessage, type Message } from "../protocol/wire";
import { Outbox } from "./outbox";

/** Text of one stream of one cell is sent together that comes within this time … */
const JOIN_MS = 50;
/** … or until it is this long, in UTF-16 units. */
const JOIN_LENGTH = 64 * 1024;

interface Text {
  name: "stdout" | "stderr";
  parent: Message;
  pieces: string[];
  length: number;
}

/**
 * The iopub channel: what all front ends see. Printed text is joined, as ipykernel does, so that a hundred thousand
 * prints are not as many messages; everything else leaves at once, behind the text that came before it.
 */
export class OutputChannel {
  private readonly outbox: Outbox;
  private text: Text | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    socket: Publisher,
    private readonly key: string,
    onFailure: (error: unknown) => void,
  ) {
    this.outbox = new Outbox(socket, onFailure);
  }

  publish(type: string, content: Record<string, unknown>, parent: Message): void {
    this.flush();
    this.send(type, content, parent);
  }

  status(state: "busy" | "idle", parent: Message): void {
    this.publish("status", { execution_state: state }, parent);
  }

  stream(name: "stdout" | "stderr", text: string, parent: Message): void {
    if (this.text && (this.text.name !== name || this.text.parent !== parent)) this.flush();
    this.text ??= { name, parent, pieces: [], length: 0 };
    this.text.pieces.push(text);
    this.text.length += text.length;
    if (this.text.length >= JOIN_LENGTH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), JOIN_MS);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { text } = this;
    this.text = undefined;
    if (text) this.send("stream", { name: text.name, text: text.pieces.join("") }, text.parent);
  }

  private send(type: string, content: Record<string, unknown>, parent: Message): void {
    const message = createMessage(type, parent.header.session, content, parent);
    // Subscribers choose by topic; there is one front end's routing id too many for that.
    this.outbox.send(encodeMessage(this.key, { ...message, identities: [Buffer.from(type)] }));
  }

  async drained(): Promise<void> {
    this.flush();
    await this.outbox.drained();
  }
}
