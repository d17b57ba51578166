import type { Exchange } from "./exchange";
import { commitOf, etagOf, gitBlobHash, pointerOf, type ServedRepo, sha1, sha256 } from "./served-repo";
import { SIGNATURE } from "./storage-routes";
import { serveUpload } from "./upload-routes";

/** What the routes answer from. */
export interface Hub {
  repos: ServedRepo[];
  pageSize: number;
  tokens: string[];
  storage: string;
  /** Who may write, by their tokens. */
  writers: Readonly<Record<string, string>>;
  /** Large files that have been sent, by their SHA-256, before a commit names them. */
  uploads: Map<string, Buffer>;
  /** What is larger is sent in parts. */
  partSize: number;
}

/** Answers as huggingface.co does. */
export function serveHub(exchange: Exchange, hub: Hub): void {
  const { pathname } = exchange.url;
  if (exchange.request.method === "POST" || pathname === "/api/whoami-v2") {
    return void serveUpload(exchange, hub);
  }
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
    token === undefined ||
    [...hub.tokens, ...Object.keys(hub.writers), repo?.gated?.token, repo?.private?.token].includes(token);
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
