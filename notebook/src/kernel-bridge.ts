/**
 * The one door between notebook code and the kernel that runs it.
 *
 * The kernel and the library are loaded apart from each other (a notebook may even run on plain tslab, which
 * knows nothing of us), so they meet through a process-wide symbol instead of an import:
 *
 * ```ts
 * globalThis[Symbol.for("finetune-ts.kernel")]   // KernelBridge, or undefined outside our kernel
 * ```
 */
export interface KernelBridge {
  /** Whether the front end that runs the current cell takes questions (`allow_stdin` of its request). */
  readonly allowStdin: boolean;

  /**
   * Asks the user for one line (Jupyter's `input_request`).
   *
   * @param prompt   shown in front of the answer
   * @param password whether the answer must not be seen while it is typed. Default false
   * @returns      the line, without its newline; `undefined` (not a promise) where nobody can be asked:
   *               no cell is running, or its front end offers no stdin
   * @throws       {@link EndOfInput} (rejection) when the user closes the input (Ctrl-D);
   *               `KeyboardInterrupt` (rejection) when the cell is interrupted while it waits
   */
  input(prompt: string, options?: { password?: boolean }): Promise<string> | undefined;

  /**
   * Shows something in the cell in whose name the present code runs.
   *
   * @param update whether it takes the place of what was shown under its `display_id` before
   */
  display(
    content: {
      data: Record<string, unknown>;
      metadata?: Record<string, unknown>;
      transient?: { display_id?: string };
    },
    update?: boolean,
  ): void;

  /** Empties the cell's output; with `wait` only when the next output comes. */
  clearOutput(wait: boolean): void;
}

const BRIDGE = Symbol.for("finetune-ts.kernel");

type Global = typeof globalThis & { [BRIDGE]?: KernelBridge };

/** The bridge of the kernel that runs this process; `undefined` in a script and under plain tslab. */
export function kernelBridge(): KernelBridge | undefined {
  return (globalThis as Global)[BRIDGE];
}

/** Offers `bridge` to notebook code. The kernel calls this once, before the first cell. */
export function offerKernelBridge(bridge: KernelBridge): void {
  (globalThis as Global)[BRIDGE] = bridge;
}

/** The user ended the input (Ctrl-D). Told by its `name`, for kernel and library are separate copies of this class. */
export class EndOfInput extends Error {
  override readonly name = "EndOfInput";

  constructor() {
    super("the input has ended");
  }

  /** Whether `error` says that the input has ended, whichever copy of this class made it. */
  static is(error: unknown): boolean {
    return error instanceof Error && error.name === "EndOfInput";
  }
}
