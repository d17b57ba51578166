import { FinetuneError } from "../errors";
import type { ProcessGroup } from "./process-group";

/**
 * Has the first process alone do something, such as reading and writing files, and gives all what came of it; its failure is a
 * failure of all.
 *
 * @param purpose  as a message tells it
 */
export async function onFirst<T>(
  group: ProcessGroup,
  purpose: string,
  body: () => T | Promise<T>,
): Promise<T> {
  if (group.size === 1) return await body();
  let outcome: { value: T } | { failure: string } | undefined;
  let failure: Error | undefined;
  if (group.isFirst) {
    try {
      outcome = { value: await body() };
    } catch (reason) {
      failure = reason as Error;
      outcome = { failure: (reason as Error).message };
    }
  }
  const told = (await group.broadcast(purpose, outcome))!;
  if ("value" in told) return told.value;
  throw failure ?? new FinetuneError(told.failure);
}

/** Has the first process do something before the others do it too: they find on disk what it has made. */
export async function firstThenOthers<T>(
  group: ProcessGroup,
  purpose: string,
  body: () => Promise<T>,
): Promise<T> {
  if (!group.isFirst) await group.barrier(purpose);
  try {
    return await body();
  } finally {
    // After a failure too: the others find out by themselves.
    if (group.isFirst) await group.barrier(purpose);
  }
}
