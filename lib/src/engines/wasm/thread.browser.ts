import { startThreadWorker } from "../../platform/assets.browser";
import type { ThreadData } from "./thread";

/** Starts a thread, and waits until it waits for tasks. It ends with the page. */
export async function startThread(data: ThreadData): Promise<void> {
  const worker = startThreadWorker();
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message || "a thread's program cannot be loaded"));
    worker.postMessage(data);
  });
  worker.onmessage = null;
  worker.onerror = null;
}
