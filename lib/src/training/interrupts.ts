import { constants } from "../platform/machine";
import type { ProcessGroup } from "../distributed/process-group";
import { FinetuneError } from "../errors";
import { warn } from "../notices";
import type { TrainerState } from "./state";

/** What asks a program to end: Ctrl-C, a scheduler, a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** An evaluation was left off because a run is to end; it is made up for when the run goes on. */
export class EvaluationInterrupted extends FinetuneError {}

export type StopSignal = (typeof SIGNALS)[number];

/**
 * Hears the first signal, for a run to end in order; the second one does what it does without us: it ends the process. Of several
 * processes, one that has got a signal stops all of them, at the same step.
 */
export class Interrupts {
  private heard: StopSignal | undefined;
  private agreed: StopSignal | undefined;
  private readonly listeners = SIGNALS.map((signal) => {
    return [signal, () => this.stop(signal)] as const;
  });

  constructor(private readonly group: ProcessGroup) {
    for (const [signal, listener] of this.listeners) process.on(signal, listener);
  }

  /** The signal that ends the run, as all processes know. */
  get signal(): StopSignal | undefined {
    return this.group.size === 1 ? this.heard : this.agreed;
  }

  /** Whether a signal has come, here or to another process: what takes long and can be made up for is left off. */
  get isAsked(): boolean {
    return this.heard !== undefined || this.group.toldSignal() !== 0;
  }

  /** Whether several processes stop together. */
  get isShared(): boolean {
    return this.group.size > 1;
  }

  /** What this process has heard, for {@link agree}. */
  get own(): StopSignal | undefined {
    return this.heard;
  }

  /** All processes have told each other what they have heard. */
  agree(heard: readonly (StopSignal | undefined)[]): void {
    this.agreed ??= heard.find((signal) => signal !== undefined);
  }

  private stop(signal: StopSignal): void {
    this.heard ??= signal;
    this.group.tellSignal(constants.signals[this.heard]);
    this.dispose();
  }

  /** Hears nothing more. */
  dispose(): void {
    for (const [signal, listener] of this.listeners) process.off(signal, listener);
  }
}

/** Says that a run has ended early, and how it goes on. */
export function warnOfInterrupt(signal: StopSignal, { globalStep, maxSteps }: TrainerState): void {
  warn(
    `Training was interrupted by ${signal} after step ${globalStep} of ${maxSteps}; ` +
      "resumeFromCheckpoint: true goes on from there.",
  );
}
