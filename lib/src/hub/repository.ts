import { HubError } from "../errors";

/** A repository of the Hub: `{ type: "dataset", name: "nyu-mll/glue" }`. */
export interface HubRepo {
  type: "model" | "dataset";
  name: string;
}

const REPOSITORY_NAME = /^(?:[\w.-]{1,96}\/)?[\w.-]{1,96}$/;

/** Whether a text can be the name of a repository: `name` or `owner/name`. @see huggingface_hub.validate_repo_id */
export function isRepositoryName(name: string): boolean {
  if (!REPOSITORY_NAME.test(name) || /--|\.\.|\.git$/.test(name)) return false;
  return name.split("/").every((part) => /^[A-Za-z0-9_]/.test(part) && /[A-Za-z0-9_]$/.test(part));
}

/** @throws HubError if the name or revision would lead out of its place in the cache or the address */
export function checkRepository({ type, name }: HubRepo, revision: string): void {
  if (!isRepositoryName(name)) {
    throw new HubError(
      `${JSON.stringify(name)} cannot be the name of a ${type} on the Hub: it is "name" or "owner/name", of letters, ` +
        "digits, '-', '_' and '.'.",
      "invalid",
    );
  }
  checkRepositoryPath(revision, `the revision of ${type} ${name}`);
}

/**
 * Refuses a path from a listing, or from a caller, that would lead out of the folder it is joined to, under the
 * rules of any system.
 *
 * @throws HubError that names the path
 */
export function checkRepositoryPath(file: string, where: string): void {
  const parts = file.split("/");
  // eslint-disable-next-line no-control-regex
  const unsafe = (part: string) => /^(?:|\.|\.\.|[A-Za-z]:.*)$|[\\\u0000-\u001f]/.test(part);
  if (!parts.some(unsafe)) return;
  throw new HubError(
    `${where}: ${JSON.stringify(file)} is no path inside a repository, so nothing is read or written there. ` +
      "If it comes from a listing, tell the owner of the repository.",
    "unsafe-path",
  );
}

/** Address of a file's content. */
export function resolveUrl(
  endpoint: string,
  { type, name }: HubRepo,
  revision: string,
  file: string,
): string {
  const prefix = type === "dataset" ? "datasets/" : "";
  return `${endpoint}/${prefix}${name}/resolve/${encodeURIComponent(revision)}/${encodePath(file)}`;
}

export function encodePath(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}

/** How messages name a repository: `dataset nyu-mll/glue`, with the revision if it is not main. */
export function describeRepository({ type, name }: HubRepo, revision = "main"): string {
  return `${type} ${name}${revision === "main" ? "" : ` at ${revision}`}`;
}

/** Where a person sees a repository. */
export function repositoryPage(endpoint: string, { type, name }: HubRepo): string {
  return `${endpoint}/${type === "dataset" ? "datasets/" : ""}${name}`;
}
