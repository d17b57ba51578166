/** What the outside asked of a run. */
export interface StopSignals {
  /** Ctrl-C: end the running cell and write what there is. */
  readonly interrupt: AbortSignal;
  /** A second Ctrl-C, SIGTERM or SIGHUP: end the kernel now. */
  readonly kill: AbortSignal;
  /** Does what Ctrl-C does. */
  press(): void;
  /** 128 plus the signal's number; `undefined` when none came. */
  exitCode(): number | undefined;
  /** Stops listening. */
  release(): void;
}

/** Listens for the signals that end a run. @param say tells the user what a first Ctrl-C does */
export function listenForSignals(say: (text: string) => void): StopSignals {
  const interrupt = new AbortController();
  const kill = new AbortController();
  let code: number | undefined;
  const press = () => {
    code ??= 130;
    if (interrupt.signal.aborted) return kill.abort();
    // First those who listen, so that the screen is ready for the words.
    interrupt.abort();
    say("\nInterrupted: ending the running cell and writing what there is (Ctrl-C again: at once).\n");
  };
  const end = (number: number) => () => {
    code ??= 128 + number;
    interrupt.abort();
    kill.abort();
  };
  const listeners = { SIGINT: press, SIGTERM: end(15), SIGHUP: end(1) };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, listeners[name]);
  return {
    interrupt: interrupt.signal,
    kill: kill.signal,
    press,
    exitCode: () => code,
    release: () => names.forEach((name) => process.off(name, listeners[name])),
  };
}
