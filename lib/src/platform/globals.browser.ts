/** What the library uses of Node.js's globals; the bundler puts them in place. */
export { Buffer } from "buffer";

type Listener = (...args: unknown[]) => void;

const listeners = new Map<string, Listener[]>();

export const process = {
  /** The library's settings, as environment variables are elsewhere. */
  env: {} as Record<string, string | undefined>,
  argv: [] as string[],
  /** Another one each time that the page is loaded: what an earlier one left half-written is known by it. */
  pid: 1 + (crypto.getRandomValues(new Uint32Array(1))[0]! % 2 ** 30),
  platform: "browser",
  cwd: () => "/",
  uptime: () => performance.now() / 1000,
  memoryUsage: Object.assign(() => ({ rss: 0 }), { rss: () => 0 }),
  stdout: { isTTY: false, columns: 80, write: () => true },
  stderr: { isTTY: false, columns: 80, write: () => true },
  /** No other process is there. */
  kill(): never {
    throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
  },
  on(event: string, listener: Listener) {
    listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    return process;
  },
  once(event: string, listener: Listener) {
    const first: Listener = (...args) => {
      process.off(event, first);
      listener(...args);
    };
    return process.on(event, first);
  },
  off(event: string, listener: Listener) {
    const left = listeners.get(event)?.filter((each) => each !== listener) ?? [];
    listeners.set(event, left);
    return process;
  },
  /** A page that ends a run in order sends "SIGINT", as Ctrl-C does in a terminal. */
  emit(event: string, ...args: unknown[]): boolean {
    const heard = listeners.get(event) ?? [];
    for (const listener of heard) listener(...args);
    return heard.length > 0;
  },
};
