import { FinetuneError } from "../errors";

/** What asks a program to end: Ctrl-C, a scheduler, a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** An evaluation was left off because a run is to end; it is made up for when the run goes on. */
export class EvaluationInterrupted extends FinetuneError {}

export type StopSignal = (typeof SIGNALS)[number];

/** Hears the first signal, for a run to end in order; the second one does what it does without us: it ends the process. */
export class Interrupts {
  /** The signal that has come, if one has. */
  signal: StopSignal | undefined;
  private readonly listeners = SIGNALS.map((signal) => {
    return [signal, () => this.stop(signal)] as const;
  });

  constructor() {
    for (const [signal, listener] of this.listeners) process.on(signal, listener);
  }

  private stop(signal: StopSignal): void {
    this.signal ??= signal;
    this.dispose();
  }

  /** Hears nothing more. */
  dispose(): void {
    for (const [signal, listener] of this.listeners) process.off(signal, listener);
  }
}
