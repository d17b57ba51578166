import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { HubError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { startProgress } from "../progress";
import { checkRepository, describeRepository, type HubRepo, repositoryPage } from "./repository";
import { type HubSettings, hubSettings } from "./settings";
import { uploadFetch } from "./upload-fetch";

/** How something goes to the Hub. */
export interface PushOptions {
  /** What the commit says. Default: "Upload" and what it is. */
  commitMessage?: string;
  /** Whether a repository that is new is seen by its owner alone. Default: as the account's or organization's settings say. */
  private?: boolean;
  /** The branch. Default "main". */
  revision?: string;
  /** The Hub's address. Default: `HF_ENDPOINT`, or https://huggingface.co. */
  endpoint?: string;
  /** Access token with the right to write. Default: `HF_TOKEN`, or the file that `hf auth login` writes. */
  token?: string;
}

/** The names of {@link PushOptions}. */
export const PUSH_OPTIONS: readonly (keyof PushOptions)[] = [
  "commitMessage",
  "private",
  "revision",
  "endpoint",
  "token",
];

/** A commit on the Hub. */
export interface PushedCommit {
  /** Where a person sees the repository. */
  url: string;
  /** 40 hex digits. */
  commit: string;
}

/**
 * Writes files into a new folder and sends them to a repository of the Hub, which is made if there is none, in one commit: all of
 * it is there, or nothing. Files of the repository that have no namesake among them stay.
 *
 * @param fill  writes the files into a folder
 * @throws HubError
 */
export async function pushToHub(
  repo: HubRepo,
  fill: (folder: string) => Promise<void>,
  options: PushOptions = {},
): Promise<PushedCommit> {
  const folder = await mkdtemp(path.join(tmpdir(), "finetune-push-"));
  try {
    refuseUnknownOptions("pushToHub", options, PUSH_OPTIONS);
    // First of all: nobody waits for files that may not be sent.
    const settings = writableSettings(options, repo);
    await fill(folder);
    return await uploadFolder(settings, repo, folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function writableSettings(options: PushOptions, repo: HubRepo): HubSettings & { token: string } {
  const { revision, endpoint, token } = options;
  const settings = hubSettings({
    ...(revision !== undefined && { revision }),
    ...(endpoint !== undefined && { endpoint }),
    ...(token !== undefined && { token }),
  });
  checkRepository(repo, settings.revision);
  const subject = `upload to ${describeRepository(repo, settings.revision)}`;
  if (settings.offline) {
    throw new HubError(`${subject}: HF_HUB_OFFLINE says that nobody is to be asked. Unset it.`, "offline");
  }
  if (settings.token === undefined) {
    throw new HubError(
      `${subject}: an access token with the right to write is needed. Create one at https://huggingface.co/settings/tokens and ` +
        "set it as HF_TOKEN (or run `hf auth login`).",
      "unauthorized",
    );
  }
  return { ...settings, token: settings.token };
}

async function uploadFolder(
  settings: HubSettings & { token: string },
  asked: HubRepo,
  folder: string,
  options: PushOptions,
): Promise<PushedCommit> {
  const hub = await import("@huggingface/hub");
  const credentials = { accessToken: settings.token, hubUrl: settings.endpoint };
  const repo = { ...asked, name: await fullName(settings, asked) };
  await createRepository(settings, repo, options.private);
  const files = await filesIn(folder);
  const bar = startProgress({ label: "Uploading", total: files.length, unit: "files" });
  try {
    const steps = hub.commitIter({
      ...credentials,
      repo,
      branch: settings.revision,
      title: options.commitMessage ?? `Upload ${files.length} ${files.length === 1 ? "file" : "files"}`,
      operations: files.map((file) => ({
        operation: "addOrUpdate" as const,
        path: file,
        content: pathToFileURL(path.join(folder, file)),
      })),
      // Large files go by git LFS, which all repositories take.
      useWebWorkers: false,
      useXet: false,
      fetch: uploadFetch(settings, repo),
    });
    const done = new Set<string>();
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) {
      const { value } = step;
      if (value.event === "fileProgress" && value.state === "uploading" && value.progress === 1) {
        bar.update(done.add(value.path).size, value.path);
      }
    }
    bar.update(files.length);
    const { commit } = step.value ?? {};
    if (commit === undefined) throw new Error("the Hub names no commit");
    return { url: repositoryPage(settings.endpoint, repo), commit: commit.oid };
  } catch (error) {
    throw asHubError(error, settings, repo);
  } finally {
    bar.finish();
  }
}

/** A name without an owner is one of the token's own account. */
async function fullName(settings: HubSettings & { token: string }, repo: HubRepo): Promise<string> {
  if (repo.name.includes("/")) return repo.name;
  const { whoAmI } = await import("@huggingface/hub");
  const request = {
    accessToken: settings.token,
    hubUrl: settings.endpoint,
    fetch: uploadFetch(settings, repo),
  };
  const { name } = await whoAmI(request).catch((error: unknown) => {
    throw asHubError(error, settings, repo);
  });
  return `${name}/${repo.name}`;
}

async function createRepository(
  settings: HubSettings & { token: string },
  repo: HubRepo,
  isPrivate: boolean | undefined,
): Promise<void> {
  const { createRepo } = await import("@huggingface/hub");
  // 409: it is there already.
  const send = uploadFetch(settings, repo, [409]);
  await createRepo({
    repo,
    accessToken: settings.token,
    hubUrl: settings.endpoint,
    ...(isPrivate !== undefined && { visibility: isPrivate ? ("private" as const) : ("public" as const) }),
    fetch: async (...request) => {
      const response = await send(...request);
      if (response.status !== 409) return response;
      return new Response(JSON.stringify({ url: repositoryPage(settings.endpoint, repo) }));
    },
  }).catch((error: unknown) => {
    throw asHubError(error, settings, repo);
  });
}

function asHubError(error: unknown, settings: HubSettings, repo: HubRepo): HubError {
  if (error instanceof HubError) return error;
  const subject = `upload to ${describeRepository(repo, settings.revision)}`;
  return new HubError(`${subject}: ${(error as Error).message}. Check HF_ENDPOINT and the proxy.`, "server", {
    cause: error,
  });
}

/** Every file, with forward slashes, sorted. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .map((file) => file.split(path.sep).join("/"))
    .sort();
}
