/**
 * Mends what can be reached of plain tslab from outside: loaded by `node --import` before it.
 *
 * tslab does not wait for a message to be sent before it sends the next, and zeromq.js throws at whoever comes while
 * a socket is busy: after some 500 messages nothing gets through. Here each socket sends one after the other, and none
 * drops what waits above ZeroMQ's limit of 1,000. And sockets in a folder are named as Jupyter names them, with a dash.
 */
import { createRequire } from "node:module";

interface Sender {
  sendHighWaterMark: number;
  bind(address: string): Promise<void>;
  send(message: unknown): Promise<void>;
}

const zeromq = createRequire(require.resolve("tslab/package.json"))("zeromq") as Record<
  "Publisher" | "Router" | "Reply",
  { prototype: Sender }
>;

const last = new WeakMap<Sender, Promise<void>>();

for (const name of ["Publisher", "Router", "Reply"] as const) {
  const { prototype } = zeromq[name];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with their socket below
  const { send, bind } = prototype;
  const inTurn = function (this: Sender, message: unknown): Promise<void> {
    const sent = (last.get(this) ?? Promise.resolve()).then(() => send.call(this, message));
    // A message that cannot be sent must not keep the next ones; tslab looks at no result either.
    const settled = sent.catch(() => undefined);
    last.set(this, settled);
    return settled;
  };
  const unlimited = function (this: Sender, address: string): Promise<void> {
    this.sendHighWaterMark = 0;
    return bind.call(this, address.replace(/^(ipc:.*):(\d+)$/, "$1-$2"));
  };
  Object.defineProperty(prototype, "bind", { value: unlimited, configurable: true, writable: true });
  Object.defineProperty(prototype, "send", { value: inTurn, configurable: true, writable: true });
}
