import type { Exchange } from "./exchange";
import { digest, type ServedRepo, sha256 } from "./served-repo";

/** What makes an address of the storage valid. */
export const SIGNATURE = "Expires=1999999999&Signature=c2lnbmVk";

/** As S3 behind a CDN: the signature in the address is what counts, and a second authorization is an error. */
export function serveStorage(exchange: Exchange, repos: ServedRepo[], uploads: Map<string, Buffer>): void {
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
  if (request.method === "PUT" || request.method === "POST") return void takeUpload(exchange, uploads);
  const name = url.pathname.slice(1);
  const files = repos.flatMap((repo) =>
    Object.values(repo.revisions).flatMap((files) => Object.values(files)),
  );
  const file = files.find((file) => file.large && sha256(file.content) === name);
  if (!file) return exchange.send(404, {});
  // Storage has etags of its own, which say nothing to a client of the Hub.
  exchange.content(file.content, { etag: `"${digest("md5", [file.content])}"` });
}

/** Parts that have come of a file, by their numbers. */
const parts = new Map<string, Map<number, Buffer>>();

/** Takes a large file, whole, or in parts that a last request joins. */
async function takeUpload(exchange: Exchange, uploads: Map<string, Buffer>): Promise<void> {
  const body = await exchange.body();
  const [, name = "", part] =
    /^\/upload\/([0-9a-f]{64})(?:\/(\d+|complete))?$/.exec(exchange.url.pathname) ?? [];
  if (part === undefined) {
    if (sha256(body) !== name) return exchange.send(400, {}, Buffer.from("<Code>BadDigest</Code>"));
    uploads.set(name, body);
    return exchange.send(200, {});
  }
  const known = parts.get(name) ?? new Map<number, Buffer>();
  parts.set(name, known);
  if (part !== "complete") {
    known.set(Number(part), body);
    return exchange.send(200, { etag: `"${digest("md5", [body])}"` });
  }
  const { parts: listed } = JSON.parse(body.toString()) as { parts: { partNumber: number; etag: string }[] };
  const whole = Buffer.concat(listed.map(({ partNumber }) => known.get(partNumber)!));
  if (sha256(whole) !== name || listed.some(({ etag }) => etag === "")) return exchange.send(400, {});
  uploads.set(name, whole);
  exchange.json(200, {});
}
