import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Exchange, type Fault } from "./exchange";
import { type Hub, serveHub } from "./hub-routes";
import type { ServedRepo } from "./served-repo";
import { serveStorage } from "./storage-routes";

export type { ServedFile, ServedRepo } from "./served-repo";

/**
 * A Hub on this machine that answers as huggingface.co does: a server for addresses and the API, and a second host (port)
 * for the storage of large files, whose addresses are signed and which refuses requests with an access token. Written
 * after huggingface_hub 1.33's client and the Hub's documented API; Python's client works with it (docs/hub.md).
 */
export interface HubServer {
  /** For HF_ENDPOINT. */
  readonly endpoint: string;
  readonly storage: string;
  /** Every request so far, as "HEAD hub /glue/resolve/main/README.md" or "GET storage /<sha256>". */
  readonly requests: string[];
  /** The authorization header of each, "" for none. */
  readonly authorizations: string[];
  /** The range header of each, "" for none. */
  readonly ranges: string[];
  /** Looked at first for each request; the first one that matches is used up, `times` times. */
  readonly faults: Fault[];
  close(): Promise<void>;
}

export interface HubServerOptions {
  repos: ServedRepo[];
  /** Entries of a listing in one answer. The Hub's is 1000. Default 1000. */
  pageSize?: number;
  /** Tokens that belong to somebody. */
  tokens?: string[];
  /** Who may write under a name, by the tokens. */
  writers?: Record<string, string>;
  /** What is larger is sent in parts. Default 1 MiB. */
  partSize?: number;
}

export async function startHub({
  repos,
  pageSize = 1000,
  tokens = [],
  writers = {},
  partSize = 2 ** 20,
}: HubServerOptions): Promise<HubServer> {
  const requests: string[] = [];
  const authorizations: string[] = [];
  const ranges: string[] = [];
  const faults: Fault[] = [];

  const handle = (host: "hub" | "storage", route: (exchange: Exchange) => void) =>
    createServer((request, response) => {
      const line = `${request.method} ${host} ${request.url}`;
      requests.push(line);
      authorizations.push(request.headers.authorization ?? "");
      ranges.push(request.headers.range ?? "");
      const exchange = new Exchange(request, response, takeFault(faults, line));
      if (exchange.fault?.silent) return;
      if (exchange.fault?.status === undefined) route(exchange);
      else
        exchange.send(
          exchange.fault.status,
          exchange.fault.headers ?? {},
          Buffer.from(JSON.stringify(exchange.fault.json ?? "fault")),
        );
    });

  const uploads = new Map<string, Buffer>();
  const hub: Hub = { repos, pageSize, tokens, storage: "", writers, uploads, partSize };
  const storageServer = handle("storage", (exchange) => serveStorage(exchange, repos, uploads));
  const storage = await listen(storageServer, "localhost");
  Object.assign(hub, { storage });
  const hubServer = handle("hub", (exchange) => serveHub(exchange, hub));
  const endpoint = await listen(hubServer, "127.0.0.1");
  const close = async () => {
    await Promise.all([hubServer, storageServer].map(stop));
  };
  return { endpoint, storage, requests, authorizations, ranges, faults, close };
}

/** The storage has another name than the Hub, not just another port: Python's client goes by names. */
async function listen(server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function takeFault(faults: Fault[], line: string): Fault | undefined {
  const index = faults.findIndex(({ match }) => match.test(line));
  const fault = faults[index];
  if (fault === undefined) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(index, 1);
  return fault;
}
