import type { Router } from "zeromq";
import { EndOfInput } from "../../notebook/kernel-bridge";
import { createMessage, decodeMessage, encodeMessage, type Message } from "../protocol/wire";

/** What Jupyter front ends send for Ctrl-D. */
export const END_OF_INPUT = "\x04";

interface Question {
  id: string;
  answer(line: string): void;
  fail(error: Error): void;
}

/** The kernel's side of the stdin channel: asks the front end of the running cell, one question at a time. */
export class InputChannel {
  private question: Question | undefined;
  private previous: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly socket: Router,
    private readonly key: string,
  ) {}

  /** Sends an `input_request` to whoever sent `request` and waits for the line. */
  ask(prompt: string, request: Message): Promise<string> {
    const answer = this.previous.then(() => this.send(prompt, request));
    this.previous = answer.catch(() => undefined);
    return answer;
  }

  private send(prompt: string, request: Message): Promise<string> {
    const message = createMessage(
      "input_request",
      request.header.session,
      { prompt, password: false },
      request,
    );
    return new Promise<string>((resolve, reject) => {
      this.question = { id: message.header.msg_id, answer: resolve, fail: reject };
      this.socket.send(encodeMessage(this.key, message)).catch(reject);
    }).finally(() => (this.question = undefined));
  }

  /** Takes an `input_reply`; answers to questions that nobody waits for any more are dropped. */
  receive(frames: readonly Buffer[]): void {
    const { header, parent, content } = decodeMessage(this.key, frames);
    if (header.msg_type !== "input_reply" || !this.question) return;
    // Some front ends leave the parent header empty.
    if (parent.msg_id !== undefined && parent.msg_id !== this.question.id) return;
    const value = typeof content.value === "string" ? content.value : "";
    if (value === END_OF_INPUT) this.question.fail(new EndOfInput());
    else this.question.answer(value);
  }

  /** Ends the wait for an answer: the cell was interrupted. */
  cancel(): void {
    const error = new Error("the cell was interrupted while it waited for input");
    error.name = "KeyboardInterrupt";
    this.question?.fail(error);
  }
}
