/** A part that takes longer is left behind: a test that cannot clean up fails, and hangs nobody. */
const PATIENCE_MS = 30_000;

/** Whoever ends things: a test, or a group of them. */
export interface Owner {
  after(end: () => Promise<void>): void;
}

const parts = new WeakMap<Owner, (() => unknown)[]>();

/**
 * Undoes a part of a test's set-up when the test ends: what came last goes first, and each part whatever becomes of the
 * others. `t.after` goes the other way round and stops at the first that fails, so that a folder is removed while a
 * server still writes into it, and if that fails the server stays, and the test's process with it.
 */
export function tearDown(t: Owner, end: () => unknown): void {
  const known = parts.get(t);
  if (known) return void known.push(end);
  const ends = [end];
  parts.set(t, ends);
  t.after(async () => {
    const faults: unknown[] = [];
    for (const each of ends.reverse()) {
      await inTime(each).catch((fault: unknown) => faults.push(fault));
    }
    if (faults.length > 0) throw faults.length === 1 ? faults[0] : new AggregateError(faults, "tearing down");
  });
}

async function inTime(end: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `not torn down after ${PATIENCE_MS / 1000} s: ${String(end)}`;
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MS);
  });
  try {
    await Promise.race([Promise.resolve().then(end), late]);
  } finally {
    clearTimeout(timer);
  }
}
