import type { Exchange } from "./exchange";
import type { Hub } from "./hub-routes";
import { commitOf, type ServedFile, type ServedRepo } from "./served-repo";
import { SIGNATURE } from "./storage-routes";

/** Endings that a new repository's .gitattributes sends to the large storage. */
const LARGE = /\.(safetensors|parquet|bin|onnx)$/;

/** Answers whoever writes, as huggingface.co does: repositories, what goes where, large files, commits. */
export async function serveUpload(exchange: Exchange, hub: Hub): Promise<void> {
  const { pathname } = exchange.url;
  const user = Object.hasOwn(hub.writers, exchange.token ?? "") ? hub.writers[exchange.token!]! : undefined;
  const body = await exchange.body();
  if (user === undefined) return exchange.refuse(401, undefined, "Invalid username or password.");
  if (pathname === "/api/whoami-v2") {
    return exchange.json(200, { type: "user", name: user, auth: { type: "access_token" } });
  }
  if (pathname === "/api/repos/create")
    return create(exchange, hub, user, JSON.parse(body.toString()) as NewRepo);
  const api = /^\/api\/(model|dataset)s\/([^/]+)\/([^/]+)\/(preupload|commit)\/([^/]+)$/.exec(pathname);
  const lfs = /^\/(datasets\/)?([^/]+)\/([^/]+)\.git\/info\/lfs\/objects\/batch$/.exec(pathname);
  const [type, owner, name] = api ? api.slice(1) : [lfs?.[1] ? "dataset" : "model", lfs?.[2], lfs?.[3]];
  const repo = hub.repos.find((each) => each.type === type && each.name === `${owner}/${name}`);
  if (!repo) return exchange.refuse(404, "RepoNotFound", "Repository not found");
  if (owner !== user) return exchange.refuse(403, undefined, "You don't have the rights to write there.");
  if (lfs) return batch(exchange, hub, JSON.parse(body.toString()) as LfsBatch);
  if (api![4] === "preupload") return preupload(exchange, JSON.parse(body.toString()) as Preupload);
  return commit(exchange, hub, repo, decodeURIComponent(api![5]!), body.toString());
}

interface NewRepo {
  name: string;
  organization?: string;
  type: "model" | "dataset";
  visibility?: string;
}

function create(exchange: Exchange, hub: Hub, user: string, asked: NewRepo): void {
  const owner = asked.organization ?? user;
  if (owner !== user)
    return exchange.refuse(403, undefined, `You don't have the rights to create a ${asked.type}`);
  const name = `${owner}/${asked.name}`;
  const url = `http://${exchange.request.headers.host}/${asked.type === "dataset" ? "datasets/" : ""}${name}`;
  if (hub.repos.some((repo) => repo.name === name && repo.type === asked.type)) {
    return exchange.refuse(409, undefined, "You already created this repo");
  }
  const files = { ".gitattributes": { content: Buffer.from("*.safetensors filter=lfs\n") } };
  hub.repos.push({
    type: asked.type,
    name,
    revisions: { main: files },
    ...(asked.visibility === "private" && { private: { token: exchange.token! } }),
  });
  exchange.json(200, { url, name, id: name });
}

interface Preupload {
  files: { path: string; size: number; sample: string }[];
}

function preupload(exchange: Exchange, { files }: Preupload): void {
  exchange.json(200, {
    files: files.map(({ path, size }) => ({
      path,
      uploadMode: LARGE.test(path) || size > 10 * 2 ** 20 ? "lfs" : "regular",
      shouldIgnore: false,
      oid: null,
    })),
  });
}

interface LfsBatch {
  transfers: string[];
  objects: { oid: string; size: number }[];
}

function batch(exchange: Exchange, hub: Hub, { objects }: LfsBatch): void {
  const address = (oid: string, part = "") => `${hub.storage}/upload/${oid}${part}?${SIGNATURE}`;
  const actionsOf = (oid: string, size: number) => {
    if (hub.uploads.has(oid)) return {};
    if (size <= hub.partSize) return { actions: { upload: { href: address(oid) } } };
    const count = Math.ceil(size / hub.partSize);
    const numbers = Array.from({ length: count }, (_, i) => String(i + 1).padStart(5, "0"));
    const header = {
      chunk_size: String(hub.partSize),
      ...Object.fromEntries(numbers.map((number) => [number, address(oid, `/${Number(number)}`)])),
    };
    return { actions: { upload: { href: address(oid, "/complete"), header } } };
  };
  exchange.json(200, {
    transfer: objects.some(({ size }) => size > hub.partSize) ? "multipart" : "basic",
    objects: objects.map(({ oid, size }) => ({ oid, size, authenticated: true, ...actionsOf(oid, size) })),
  });
}

/** A line of a commit. */
type CommitLine =
  | { key: "header"; value: { summary: string; description?: string } }
  | { key: "file"; value: { path: string; content: string; encoding: string } }
  | { key: "lfsFile"; value: { path: string; oid: string; size: number } };

function commit(exchange: Exchange, hub: Hub, repo: ServedRepo, branch: string, body: string): void {
  const files: Record<string, ServedFile> = { ...repo.revisions[branch] };
  for (const line of body.split("\n").map((text) => JSON.parse(text) as CommitLine)) {
    if (line.key === "header") repo.lastMessage = line.value.summary;
    if (line.key === "file") {
      const encoding = line.value.encoding === "base64" ? "base64" : "utf8";
      files[line.value.path] = { content: Buffer.from(line.value.content, encoding) };
    }
    if (line.key === "lfsFile") {
      const content = hub.uploads.get(line.value.oid);
      if (!content)
        return exchange.refuse(400, undefined, `LFS pointer points to no file: ${line.value.path}`);
      files[line.value.path] = { content, large: true };
    }
  }
  if (!repo.revisions[branch]) return exchange.refuse(404, "RevisionNotFound", `Invalid rev id: ${branch}`);
  repo.revisions[branch] = files;
  const oid = commitOf(repo, branch);
  exchange.json(200, {
    commitOid: oid,
    commitUrl: `http://${exchange.request.headers.host}/${repo.name}/commit/${oid}`,
  });
}
