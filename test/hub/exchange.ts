import type { IncomingMessage, ServerResponse } from "node:http";

/** Something that goes wrong. */
export interface Fault {
  /** Which of `requests` it strikes. */
  match: RegExp;
  /** Default 1. */
  times?: number;
  /** Answer with this status instead. */
  status?: number;
  headers?: Record<string, string>;
  /** The body of that answer. */
  json?: unknown;
  /** Send this many bytes of the body, then break the connection. */
  breakAfter?: number;
  /** Send this many bytes of the body, then nothing more. */
  stallAfter?: number;
  /** Do not answer at all. */
  silent?: boolean;
  /** Send these bytes instead of the right ones. */
  body?: Buffer;
  /** Leave out these headers. */
  without?: string[];
  /** Send everything, whatever range is asked for. */
  ignoreRange?: boolean;
}

/** A request, its answer, and what is to go wrong with it. */
export class Exchange {
  readonly url: URL;

  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    readonly fault: Fault | undefined,
  ) {
    this.url = new URL(request.url!, "http://hub");
  }

  get token(): string | undefined {
    return /^Bearer (.+)$/.exec(this.request.headers.authorization ?? "")?.[1];
  }

  /** What was sent along. */
  async body(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.request as AsyncIterable<Buffer>) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  send(status: number, headers: Record<string, string>, body: Buffer = Buffer.alloc(0)): void {
    const { request, response, fault } = this;
    const all: Record<string, string> = { "content-length": String(body.length), ...headers };
    for (const name of fault?.without ?? []) delete all[name];
    response.writeHead(status, all);
    if (request.method === "HEAD") response.end();
    else if (fault?.breakAfter !== undefined) {
      const part = body.subarray(0, fault.breakAfter);
      // Written and flushed before the connection breaks.
      response.write(part.length > 0 ? part : "", () => setTimeout(() => response.destroy(), 5));
      if (part.length === 0) response.flushHeaders();
    } else if (fault?.stallAfter !== undefined) response.write(body.subarray(0, fault.stallAfter));
    else response.end(body);
  }

  json(status: number, value: unknown, headers: Record<string, string> = {}): void {
    this.send(
      status,
      { "content-type": "application/json; charset=utf-8", ...headers },
      Buffer.from(JSON.stringify(value)),
    );
  }

  /** An error as the Hub words it. */
  refuse(
    status: number,
    code: string | undefined,
    message: string,
    headers: Record<string, string> = {},
  ): void {
    const coded: Record<string, string> = code === undefined ? {} : { "x-error-code": code };
    this.json(status, { error: message }, { ...coded, "x-error-message": message, ...headers });
  }

  /** Content, or the range of it that was asked for. */
  content(whole: Buffer, headers: Record<string, string>): void {
    const body = this.fault?.body ?? whole;
    const range = /^bytes=(\d+)-$/.exec(this.request.headers.range ?? "");
    const common = { "accept-ranges": "bytes", ...headers };
    if (!range || this.fault?.ignoreRange) return this.send(200, common, body);
    const start = Number(range[1]);
    if (start >= body.length) return this.send(416, { "content-range": `bytes */${body.length}` });
    const span = `bytes ${start}-${body.length - 1}/${body.length}`;
    this.send(206, { ...common, "content-range": span }, body.subarray(start));
  }
}
