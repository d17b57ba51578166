import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../protocol/wire";

/** A cell that waits for its turn. */
export interface QueuedCell {
  request: Message;
  /** Sends `execute_reply` to where the request came from. */
  reply: (content: Record<string, unknown>) => void;
}

export interface CellRunner {
  /**
   * Must not reject.
   *
   * @param abortQueued aborts the cells behind this one. A failing cell does so before it is answered: what a front
   *                    end sends once it has the answer is meant to run
   */
  run(cell: QueuedCell, abortQueued: () => Promise<void>): Promise<void>;
  abort(cell: QueuedCell): void;
}

/** Requests that a front end sent together arrive a little apart. */
const SENT_TOGETHER_MS = 20;

/** Runs cells one after the other. When one fails, those that were queued behind it by then are aborted. */
export class ExecutionQueue {
  private waiting: QueuedCell[] = [];
  private working = false;

  constructor(private readonly runner: CellRunner) {}

  add(cell: QueuedCell): void {
    this.waiting.push(cell);
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let cell = this.waiting.shift(); cell; cell = this.waiting.shift()) {
      await this.runner.run(cell, () => this.abortWaiting());
    }
    this.working = false;
  }

  private async abortWaiting(): Promise<void> {
    await sleep(SENT_TOGETHER_MS);
    const behind = this.waiting;
    this.waiting = [];
    behind.forEach((each) => this.runner.abort(each));
  }
}
