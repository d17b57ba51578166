import type { StudioEvent, StudioMethods } from "../session/protocol";

interface Reply {
  id?: number;
  result?: unknown;
  error?: string;
  event?: StudioEvent;
}

/** Asks the worker, whose answers come when they are ready. */
export function startWorker(program: Blob, hear: (event: StudioEvent) => void): StudioMethods {
  const worker = new Worker(URL.createObjectURL(program), { type: "module", name: "studio" });
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  worker.onmessage = ({ data: { id, result, error, event } }: MessageEvent<Reply>) => {
    if (event) return hear(event);
    const call = waiting.get(id!);
    waiting.delete(id!);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  };
  worker.onerror = ({ message }) => {
    const error = new Error(
      `The worker has stopped: ${message || "its program cannot be run"}. Load the page again.`,
    );
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return new Proxy({} as StudioMethods, {
    get:
      (_, method: string) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          waiting.set(++last, { resolve, reject });
          worker.postMessage({ id: last, method, args });
        }),
  });
}
