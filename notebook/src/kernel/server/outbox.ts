/** A socket as far as this file needs it. */
interface Sender {
  send(frames: Buffer[]): Promise<void>;
}

/**
 * The one way out to a socket: messages leave in the order in which they were given, whoever gave them, and none is
 * refused. zeromq.js takes one message at a time and throws at whoever comes while it is busy.
 */
export class Outbox {
  private waiting: Buffer[][] = [];
  private working: Promise<void> | undefined;

  constructor(
    private readonly socket: Sender,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Never throws and never waits. */
  send(frames: Buffer[]): void {
    this.waiting.push(frames);
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      for (const frames of batch) {
        try {
          await this.socket.send(frames);
        } catch (error) {
          this.onFailure(error);
        }
      }
    }
    this.working = undefined;
  }

  /** Resolves when all that was given so far has been handed to the network. */
  async drained(): Promise<void> {
    await this.working;
  }
}
