import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

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

export interface ServedFile {
  content: Buffer;
  /** In large storage, as files with git LFS or Xet are. Default false. */
  large?: boolean;
  /** What listings say instead of its digest. */
  listedAs?: string;
}

export interface ServedRepo {
  type: "model" | "dataset";
  name: string;
  /** Other names that redirect to this one, as "glue" does to "nyu-mll/glue". */
  aliases?: string[];
  /** What a branch or tag holds. Without one named main, there is no main. */
  revisions: Record<string, Record<string, ServedFile>>;
  /** Needs this token. A missing or wrong one is answered as the Hub does. */
  gated?: { token: string };
  /** Is shown to this token only. */
  private?: { token: string };
}

export interface HubServerOptions {
  repos: ServedRepo[];
  /** Entries of a listing in one answer. The Hub's is 1000. Default 1000. */
  pageSize?: number;
  /** Tokens that belong to somebody. */
  tokens?: string[];
}

const sha1 = (...parts: (string | Buffer)[]) => digest("sha1", parts);
const sha256 = (...parts: (string | Buffer)[]) => digest("sha256", parts);

function digest(algorithm: string, parts: (string | Buffer)[]): string {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

export function gitBlobHash(content: Buffer): string {
  return sha1(`blob ${content.length}\0`, content);
}

export function etagOf({ content, large }: ServedFile): string {
  return large ? sha256(content) : gitBlobHash(content);
}

/** The commit of a revision: follows from its content, as git's does. */
export function commitOf(repo: ServedRepo, revision: string): string {
  const files = Object.entries(repo.revisions[revision]!).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha1(repo.name, ...files.map(([path, file]) => `${path} ${etagOf(file)}\n`));
}

const SIGNATURE = "Expires=1999999999&Signature=c2lnbmVk";

export async function startHub({
  repos,
  pageSize = 1000,
  tokens = [],
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

  const storageServer = handle("storage", (exchange) => serveStorage(exchange, repos));
  const storage = await listen(storageServer, "localhost");
  const hub: Hub = { repos, pageSize, tokens, storage };
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

/** A request, its answer, and what is to go wrong with it. */
class Exchange {
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

/** As S3 behind a CDN: the signature in the address is what counts, and a second authorization is an error. */
function serveStorage(exchange: Exchange, repos: ServedRepo[]): void {
  const { request, url } = exchange;
  if (request.headers.authorization !== undefined) {
    return exchange.send(
      400,
      { "content-type": "application/xml" },
      Buffer.from("<Code>InvalidArgument</Code>"),
    );
  }
  if (!url.search.endsWith(SIGNATURE)) {
    return exchange.send(
      403,
      { "content-type": "application/xml" },
      Buffer.from("<Code>AccessDenied</Code>"),
    );
  }
  const name = url.pathname.slice(1);
  const files = repos.flatMap((repo) =>
    Object.values(repo.revisions).flatMap((files) => Object.values(files)),
  );
  const file = files.find((file) => file.large && sha256(file.content) === name);
  if (!file) return exchange.send(404, {});
  // Storage has etags of its own, which say nothing to a client of the Hub.
  exchange.content(file.content, { etag: `"${digest("md5", [file.content])}"` });
}

interface Hub {
  repos: ServedRepo[];
  pageSize: number;
  tokens: string[];
  storage: string;
}

function serveHub(exchange: Exchange, hub: Hub): void {
  const { pathname } = exchange.url;
  const search = /^\/api\/(model|dataset)s$/.exec(pathname);
  if (search) return serveSearch(exchange, hub, search[1]!);
  const api = /^\/api\/(model|dataset)s\/(.+?)\/(revision|tree|refs|resolve)(?:\/(.*))?$/.exec(pathname);
  const cached = /^\/api\/resolve-cache\/(model|dataset)s\/(.+?)\/([0-9a-f]{40})\/(.*)$/.exec(pathname);
  const resolve = /^\/(datasets\/)?([^/]+(?:\/[^/]+)?)\/resolve\/(.+)$/.exec(pathname);
  const [type, name] = api
    ? [api[1]!, api[2]!]
    : cached
      ? [cached[1]!, cached[2]!]
      : [resolve?.[1] === undefined ? "model" : "dataset", resolve?.[2]];
  const repo = hub.repos.find(
    (repo) => repo.type === type && [repo.name, ...(repo.aliases ?? [])].includes(name ?? ""),
  );

  const { token } = exchange;
  const valid =
    token === undefined || [...hub.tokens, repo?.gated?.token, repo?.private?.token].includes(token);
  if (!valid) return exchange.refuse(401, undefined, "Invalid credentials in Authorization header");
  if (!repo || (repo.private && repo.private.token !== token)) {
    return exchange.refuse(token === undefined ? 401 : 404, "RepoNotFound", "Repository not found");
  }
  if (name !== repo.name) {
    const to = pathname.replace(`/${name}/`, `/${repo.name}/`) + exchange.url.search;
    return exchange.send(307, { location: to });
  }
  if (api?.[3] === "refs") return serveRefs(exchange, repo);

  const [revision, file] = splitRevision(
    repo,
    (cached ? `${cached[3]}/${cached[4]}` : api ? api[4] : resolve?.[3]) ?? "",
  );
  const at = Object.keys(repo.revisions).find((key) => key === revision || commitOf(repo, key) === revision);
  if (at === undefined) return exchange.refuse(404, "RevisionNotFound", `Invalid rev id: ${revision}`);
  if (api?.[3] === "revision") return serveInfo(exchange, repo, at);
  if (api?.[3] === "tree") return serveTree(exchange, hub, repo, at, file);
  serveFile(exchange, hub, repo, at, file, cached !== null);
}

/** "main/a/b" or "refs%2Fconvert%2Fparquet/a/b": the revision, which is one segment, and the path behind it. */
function splitRevision(repo: ServedRepo, text: string): [revision: string, path: string] {
  const plain = Object.keys(repo.revisions).find((key) => key.includes("/") && text.startsWith(`${key}/`));
  const end = plain?.length ?? (text.includes("/") ? text.indexOf("/") : text.length);
  return [decodeURIComponent(text.slice(0, end)), decodeURIComponent(text.slice(end + 1))];
}

function serveFile(
  exchange: Exchange,
  hub: Hub,
  repo: ServedRepo,
  at: string,
  path: string,
  direct: boolean,
): void {
  const commit = commitOf(repo, at);
  if (repo.gated && exchange.token !== repo.gated.token) {
    const status = exchange.token === undefined ? 401 : 403;
    return exchange.refuse(status, "GatedRepo", `Access to ${repo.type} ${repo.name} is restricted.`);
  }
  const file = repo.revisions[at]![path];
  if (!file) return exchange.refuse(404, "EntryNotFound", "Entry not found", { "x-repo-commit": commit });
  const etag = `"${etagOf(file)}"`;
  const size = String(file.content.length);
  if (file.large) {
    return exchange.send(302, {
      location: `${hub.storage}/${etagOf(file)}?response-content-disposition=attachment&${SIGNATURE}`,
      "x-repo-commit": commit,
      "x-linked-etag": etag,
      "x-linked-size": size,
      etag: `"${gitBlobHash(pointerOf(file))}"`,
    });
  }
  if (direct) return exchange.content(file.content, { etag, "x-repo-commit": commit });
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  exchange.send(307, {
    location: `/api/resolve-cache/${repo.type}s/${repo.name}/${commit}/${encoded}`,
    "x-repo-commit": commit,
    "x-linked-etag": etag,
    "x-linked-size": size,
  });
}

/** What git itself holds of a large file. */
function pointerOf({ content }: ServedFile): Buffer {
  return Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`,
  );
}

function serveInfo(exchange: Exchange, repo: ServedRepo, at: string): void {
  exchange.json(200, {
    _id: sha1(repo.name).slice(0, 24),
    id: repo.name,
    sha: commitOf(repo, at),
    private: repo.private !== undefined,
    gated: repo.gated ? "auto" : false,
    downloads: 1,
    likes: 1,
    lastModified: "2024-01-01T00:00:00.000Z",
    siblings: Object.keys(repo.revisions[at]!).map((rfilename) => ({ rfilename })),
  });
}

function serveTree(exchange: Exchange, hub: Hub, repo: ServedRepo, at: string, folder: string): void {
  const { url, request } = exchange;
  const inside = folder === "" ? "" : `${folder}/`;
  const entries = Object.entries(repo.revisions[at]!)
    .filter(([path]) => path.startsWith(inside))
    .map(([path, file]) => ({
      type: "file",
      oid: file.large ? gitBlobHash(pointerOf(file)) : (file.listedAs ?? gitBlobHash(file.content)),
      size: file.content.length,
      path,
      ...(file.large && {
        lfs: {
          oid: file.listedAs ?? sha256(file.content),
          size: file.content.length,
          pointerSize: pointerOf(file).length,
        },
      }),
    }));
  if (folder !== "" && entries.length === 0) {
    return exchange.refuse(404, "EntryNotFound", `${folder} does not exist on "${at}"`);
  }
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const headers: Record<string, string> = {};
  if (start + hub.pageSize < entries.length) {
    const next = new URL(url.pathname + url.search, `http://${request.headers.host}`);
    next.searchParams.set("cursor", String(start + hub.pageSize));
    headers.link = `<${next.href}>; rel="next"`;
  }
  exchange.json(200, entries.slice(start, start + hub.pageSize), headers);
}

function serveRefs(exchange: Exchange, repo: ServedRepo): void {
  const branches = Object.keys(repo.revisions).filter((name) => !name.startsWith("refs/"));
  const converts = Object.keys(repo.revisions).filter((name) => name.startsWith("refs/convert/"));
  const described = (names: string[]) =>
    names.map((name) => ({ name, ref: `refs/heads/${name}`, targetCommit: commitOf(repo, name) }));
  exchange.json(200, { branches: described(branches), converts: described(converts), tags: [] });
}

function serveSearch(exchange: Exchange, hub: Hub, type: string): void {
  const wanted = exchange.url.searchParams.get("search")?.toLowerCase() ?? "";
  const found = hub.repos.filter((repo) => repo.type === type && repo.name.toLowerCase().includes(wanted));
  exchange.json(
    200,
    found.map(({ name }) => ({ id: name })),
  );
}
