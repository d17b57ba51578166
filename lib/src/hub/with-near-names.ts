import { HubError } from "../errors";
import { nearNames } from "../near-names";
import { describeRepository, type HubRepo, repositoryPage } from "./repository";
import { readFromHub } from "./request";
import type { HubSettings } from "./settings";

/** Adds near names to the error about a repository, revision or file that is not there; others stay as they are. */
export async function withNearNames(
  error: unknown,
  settings: HubSettings,
  repo: HubRepo,
  file?: { name: string; list: () => Promise<Iterable<string>> },
): Promise<unknown> {
  if (!(error instanceof HubError)) return error;
  const find = async (): Promise<string[]> => {
    switch (error.reason) {
      case "file-not-found":
        return file ? nearNames(file.name, await file.list()) : [];
      case "revision-not-found":
        return nearNames(settings.revision, await revisions(settings, repo));
      case "repository-not-found":
        return nearNames(repo.name, await search(settings, repo));
      default:
        return [];
    }
  };
  const near = await find().catch(() => []); // names would have been a help; the error is what matters
  if (near.length === 0) return error;
  const names = near.map((name) => `"${name}"`).join(", ");
  return new HubError(`${error.message} Near names: ${names}.`, error.reason, { cause: error });
}

async function revisions(settings: HubSettings, repo: HubRepo): Promise<string[]> {
  const refs = (await readJson(settings, repo, `${repo.type}s/${repo.name}/refs`)) as Record<string, unknown>;
  return [refs.branches, refs.tags, refs.converts].flatMap((list) => namesIn(list, "name"));
}

/** Repositories whose name has the first word of the one that is not there. */
async function search(settings: HubSettings, repo: HubRepo): Promise<string[]> {
  const base = repo.name.slice(repo.name.indexOf("/") + 1);
  const word = /^[A-Za-z0-9]+/.exec(base)?.[0] ?? base;
  const query = new URLSearchParams({ search: word, sort: "downloads", direction: "-1", limit: "200" });
  return namesIn(await readJson(settings, repo, `${repo.type}s?${query.toString()}`), "id");
}

function namesIn(list: unknown, key: string): string[] {
  if (!Array.isArray(list)) return [];
  const names = (list as Record<string, unknown>[]).map((entry) => entry[key]);
  return names.filter((name): name is string => typeof name === "string");
}

async function readJson(settings: HubSettings, repo: HubRepo, route: string): Promise<unknown> {
  const { content } = await readFromHub(settings, {
    url: `${settings.endpoint}/api/${route}`,
    subject: describeRepository(repo),
    page: repositoryPage(settings.endpoint, repo),
    attempts: 1,
  });
  return JSON.parse(Buffer.from(content).toString("utf8")) as unknown;
}
