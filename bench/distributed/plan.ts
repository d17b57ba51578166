import type { RankFigures } from "./rank";

export interface Network {
  /** Each way, of each machine. */
  bytesPerMs: number;
  /** One way. */
  delayMs: number;
}

/** What is left of a network's bandwidth for what TCP carries. */
const PAYLOAD = 0.93;

/** What a message costs a processor, beside its bytes. */
const MESSAGE_MS = 0.01;

/** Exchanges of a few bytes in a step: losses, the gradients' norm, what to do next. */
const SMALL_EXCHANGES = 3;

export type MeasuredStep = Pick<
  RankFigures,
  "step_ms" | "window_ms" | "dense_elements" | "units" | "table_columns" | "tokens_per_s"
> & {
  /** Micro-batches of a step. Default 1. */
  accumulation?: number;
};

/**
 * How much faster several machines train than one, each with as large a batch as the one has. A step takes as long as the one
 * machine's, and what of the exchange does not go by in the backward pass:
 *
 * - each machine sends and receives (n - 1) / n of the dense gradients twice, in two messages to each other machine a unit;
 * - of tables the rows of its batch, to each other machine.
 *
 * @returns by number of machines
 */
export function expectedSpeedUps(
  {
    step_ms: step,
    window_ms: window,
    dense_elements: dense,
    units,
    table_columns: columns,
    ...more
  }: MeasuredStep,
  { halves }: { halves: boolean },
  { bytesPerMs, delayMs }: Network,
  machines: readonly number[],
): Record<number, number> {
  const { accumulation = 1, tokens_per_s: tokensPerSecond } = more;
  const rate = PAYLOAD * bytesPerMs;
  const tokens = (tokensPerSecond * step) / 1000;
  const entries = machines.map((n) => {
    const messages = (count: number) => count * (delayMs + (n - 1) * MESSAGE_MS);
    const sums = (2 * dense * (halves ? 2 : 4) * (n - 1)) / n / rate + messages(2 * units);
    // A batch's tokens are not all different ones; half of them is what is met.
    const rows = ((n - 1) * 0.5 * tokens * accumulation * columns * 4) / rate;
    // With several micro-batches nothing is sent before the last one is through.
    const exposed = Math.max(0, sums - (accumulation === 1 ? window : 0)) + rows + messages(SMALL_EXCHANGES);
    const own = step * accumulation;
    return [n, Number(((n * own) / (own + exposed)).toPrecision(3))] as const;
  });
  return Object.fromEntries(entries);
}
