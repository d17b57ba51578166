import type { Exchange } from "./exchange";
import { digest, type ServedRepo, sha256 } from "./served-repo";

/** What makes an address of the storage valid. */
export const SIGNATURE = "Expires=1999999999&Signature=c2lnbmVk";

/** As S3 behind a CDN: the signature in the address is what counts, and a second authorization is an error. */
export function serveStorage(exchange: Exchange, repos: ServedRepo[]): void {
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
