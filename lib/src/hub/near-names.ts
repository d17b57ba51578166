import { HubError } from "../errors";
import { describeRepository, type HubRepo, repositoryPage } from "./repository";
import { readFromHub } from "./request";
import type { HubSettings } from "./settings";

const MOST_NAMES = 3;

/** Number of letters to insert, delete, replace or swap with their neighbour to get from one text to the other. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + differs);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}

/** The names most like the one that is not there; none if nothing is like it. */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const given = candidate.toLowerCase();
    const base = given.slice(given.lastIndexOf("/") + 1);
    const distance = Math.min(editDistance(wanted, given), editDistance(wanted, base) + 0.5);
    if (distance <= Math.max(2, wanted.length * 0.4)) scored.push({ candidate, distance });
  }
  scored.sort((a, b) => a.distance - b.distance);
  return scored.slice(0, MOST_NAMES).map(({ candidate }) => candidate);
}

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
