export const availableParallelism = (): number => navigator.hardwareConcurrency || 1;

/** Of the signals, that which a page sends itself to end a run in order. */
export const constants = { signals: { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } };

export const endianness = (): "LE" | "BE" =>
  new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? "LE" : "BE";

export const homedir = (): string => "/home";

export const tmpdir = (): string => "/tmp";

export const hostname = (): string => "browser";

/** A worker can wait, the page itself must not; and memory is shared where the page is isolated from other origins. */
export const canHaveThreads = (): boolean => crossOriginIsolated && typeof document === "undefined";
