import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { Classification, TextClassificationPipeline } from "../text-classification";
import { Batcher, TooManyWaiting } from "./batcher";
import { answerPage } from "./page";
import { checkTexts, type QuestionLimits, readQuestion, Refusal } from "./request-body";

export interface ServeOptions {
  /** Default: one that is free. */
  port?: number;
  /** Address to listen at. Default "127.0.0.1", which only this machine reaches; "0.0.0.0" is every one of it. */
  host?: string;
  /** Heading of the page. Default "What is this text?". */
  title?: string;
  /** Texts that go through the model together, of however many askers. Default 32. */
  batchSize?: number;
  /** Texts that may wait; beyond them a request is told to come back (503). Default 1024. */
  mostWaiting?: number;
}

/** Names of {@link ServeOptions}. */
const OPTIONS: readonly (keyof ServeOptions)[] = ["port", "host", "title", "batchSize", "mostWaiting"];

/** A server that runs. */
export interface ServedClassifier {
  /** To open in a browser, or to ask. */
  address: string;
  /** Takes no more requests, answers those that have come, and ends; after ten seconds it ends all the same. */
  close(): Promise<void>;
}

/** Of one request. What is beyond is refused and not cut. */
const LIMITS: QuestionLimits = { longest: 10_000, mostTexts: 256 };

/** Milliseconds until a request has to be there with its body, and until a server that closes waits no longer. */
const PATIENCE = { request: 30_000, close: 10_000 };

const LOOPBACK = "127.0.0.1";
/** Names by which this machine calls itself. */
const OWN_NAMES = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * Serves a classifier over HTTP: a page with a field for a text, which needs no script, and answers in JSON for programs.
 *
 * | request                                                | answer                                                       |
 * | ------------------------------------------------------ | ------------------------------------------------------------ |
 * | `POST /classify` `{ "text": "…" }`                     | its labels with their scores, the likeliest first            |
 * | `POST /classify` `{ "texts": ["…", …], "topK": 1 }`    | those of each text; `topK` labels of each, all by default    |
 * | `GET /classify?text=…`                                 | the labels of one text                                       |
 * | `GET /health`                                          | 200 while it serves, with counts                             |
 *
 * Texts of different askers go through the model together. An error is `{ "error": "…" }` with a status: 400 what was asked makes
 * no sense, 413 too long, 415 no JSON, 503 too many wait (with `Retry-After`).
 *
 * @throws ConfigError if the port is taken
 * @example
 * const server = await serveClassifier(pipeline("text-classification", { model: "out/my-model" }));
 * console.log(server.address); // http://127.0.0.1:43217
 * await server.close();
 */
export async function serveClassifier(
  classify: TextClassificationPipeline,
  options: ServeOptions = {},
): Promise<ServedClassifier> {
  refuseUnknownOptions("serveClassifier", options, OPTIONS);
  const { port = 0, host = LOOPBACK, title = "What is this text?" } = options;
  const { batchSize = 32, mostWaiting = 1024 } = options;
  for (const [name, value] of Object.entries({ batchSize, mostWaiting })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError(`serveClassifier: ${name} is ${value}; it counts texts: 1, 2, 3, …`);
    }
  }
  const batcher = new Batcher((texts) => classify(texts, { topK: null }), batchSize, mostWaiting);
  const service = new Service(batcher, title, host === LOOPBACK);
  const server = createServer((request, response) => {
    service.answer(request).then(
      (reply) => send(request, response, reply, server.listening),
      (error: unknown) => send(request, response, failureOf(error), server.listening),
    );
  });
  server.requestTimeout = PATIENCE.request;
  await listen(server, port, host);
  return { address: addressOf(server, host), close: () => close(server, batcher) };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? `port ${port} is taken; give another, or none` : error.message;
      reject(new ConfigError(`serveClassifier: ${why}.`, { cause: error }));
    };
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function close(server: Server, batcher: Batcher<Classification[]>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), PATIENCE.close);
  await batcher.idle();
  await closed;
  clearTimeout(late);
}

interface Reply {
  status: number;
  type: "text/html" | "application/json";
  body: string;
  headers?: Record<string, string>;
}

const json = (value: unknown, status = 200): Reply => ({
  status,
  type: "application/json",
  body: JSON.stringify(value),
});

function failureOf(error: unknown): Reply {
  if (error instanceof Refusal) return json({ error: error.message }, error.status);
  if (error instanceof TooManyWaiting) {
    return { ...json({ error: "Too many texts wait; ask again." }, 503), headers: { "retry-after": "1" } };
  }
  return json({ error: (error as Error).message }, 500);
}

/** What is answered to a request. */
class Service {
  private readonly started = Date.now();
  private requests = 0;

  constructor(
    private readonly batcher: Batcher<Classification[]>,
    private readonly title: string,
    /** Whether only this machine may ask. */
    private readonly isLocal: boolean,
  ) {}

  /** @throws Refusal (rejection) */
  async answer(request: IncomingMessage): Promise<Reply> {
    const { method = "", url = "/", headers } = request;
    // Another page's name that points here (DNS rebinding) is not this server.
    if (this.isLocal && !OWN_NAMES.test(headers.host ?? ""))
      throw new Refusal(403, "This host is not served here.");
    const { pathname, searchParams } = new URL(url, `http://${LOOPBACK}`);
    const text = (searchParams.get("text") ?? "").trim();
    if (pathname === "/classify" && method === "POST") return await this.classify(request);
    if (method !== "GET" && method !== "HEAD") {
      throw new Refusal(405, "Ask with GET, or /classify with POST.");
    }
    if (pathname === "/health") return this.health();
    if (pathname === "/classify") {
      if (text === "") throw new Refusal(400, "There is no text: /classify?text=…");
      return json((await this.labelsOf([text]))[0]);
    }
    if (pathname !== "/") throw new Refusal(404, "There is /, /classify and /health.");
    const [labels = []] = text === "" ? [] : await this.labelsOf([text]);
    return { status: 200, type: "text/html", body: answerPage(this.title, text, labels, LIMITS.longest) };
  }

  private async classify(request: IncomingMessage): Promise<Reply> {
    const { texts, topK, isSingle } = await readQuestion(request, LIMITS);
    const labels = await this.labelsOf(texts);
    const wanted = topK === null ? labels : labels.map((each) => each.slice(0, topK));
    return json(isSingle ? wanted[0] : wanted);
  }

  private async labelsOf(texts: readonly string[]): Promise<Classification[][]> {
    const labels = await this.batcher.ask(checkTexts(texts, LIMITS));
    this.requests += 1;
    return labels;
  }

  private health(): Reply {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    return json({ status: "ok", seconds, requests: this.requests, waiting: this.batcher.waiting });
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers }: Reply,
  staysOpen: boolean,
): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(body),
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    // A body that was not read to its end would be taken for the next request; a server that closes takes none.
    ...((!request.complete || !staysOpen) && { connection: "close" }),
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
