import { setImmediate } from "node:timers/promises";

/** Answers several texts at once, in their order. */
export type AnswerAll<Answer> = (texts: readonly string[]) => Promise<Answer[]>;

/** More texts wait than may: whoever asks has to come back later. */
export class TooManyWaiting extends Error {}

interface Waiting<Answer> {
  text: string;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Puts the texts of many askers together: what has come while a batch was computed is the next one. Nobody waits for a batch
 * to fill, so that a single asker is answered at once.
 */
export class Batcher<Answer> {
  private readonly queue: Waiting<Answer>[] = [];
  private running: Promise<void> | undefined;

  /**
   * @param batchSize  texts that are answered at once
   * @param most       texts that may wait
   */
  constructor(
    private readonly answer: AnswerAll<Answer>,
    private readonly batchSize: number,
    private readonly most: number,
  ) {}

  /** Texts that wait for an answer; those that are being computed are not among them. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * @returns the answers to some texts, in their order
   * @throws TooManyWaiting (rejection) if they would not fit; none of them is answered then
   */
  async ask(texts: readonly string[]): Promise<Answer[]> {
    if (this.queue.length + texts.length > this.most) throw new TooManyWaiting();
    const answers = texts.map(
      (text) =>
        new Promise<Answer>((resolve, reject) => {
          this.queue.push({ text, resolve, reject });
        }),
    );
    this.running ??= this.run();
    return await Promise.all(answers);
  }

  /** Settles when nothing waits any more. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      // Requests that have arrived meanwhile are read first, and go into this batch.
      await setImmediate();
      await this.answerBatch(this.queue.splice(0, this.batchSize));
    }
    this.running = undefined;
  }

  private async answerBatch(batch: readonly Waiting<Answer>[]): Promise<void> {
    try {
      const answers = await this.answer(batch.map(({ text }) => text));
      batch.forEach(({ resolve }, i) => resolve(answers[i]!));
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      // One text is to blame, or none; the others' askers are not to pay for it.
      for (const each of batch) await this.answerBatch([each]);
    }
  }
}
