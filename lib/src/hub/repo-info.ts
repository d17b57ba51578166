import { apiFetch, callApi } from "./api";
import { isCommit } from "./file-metadata";
import { withNearNames } from "./with-near-names";
import { checkRepository, type HubRepo } from "./repository";
import { HUB_OPTIONS, type HubOptions, type HubSettings, hubSettings } from "./settings";
import { refuseUnknownOptions } from "../known-options";

export interface RepoInfo {
  /** Its full name, also where it was asked for by a former or short one: "nyu-mll/glue" for "glue". */
  name: string;
  /** That the revision stands for, 40 hex digits. */
  commit: string;
  private: boolean;
  /** Whether its owner asks people to accept conditions before they download. */
  gated: boolean;
}

/**
 * Asks the Hub about a repository.
 *
 * @throws HubError
 *
 * @example
 * const { commit } = await repoInfo({ type: "model", name: "google-bert/bert-base-uncased" }); // that "main" is now
 */
export async function repoInfo(repo: HubRepo, options: HubOptions = {}): Promise<RepoInfo> {
  refuseUnknownOptions("repoInfo", options, HUB_OPTIONS);
  const settings = hubSettings(options);
  checkRepository(repo, settings.revision);
  try {
    return await fetchRepoInfo(settings, repo);
  } catch (error) {
    throw await withNearNames(error, settings, repo);
  }
}

/** @internal */
export async function fetchRepoInfo(
  settings: HubSettings,
  repo: HubRepo,
  attempts?: number,
): Promise<RepoInfo> {
  const { datasetInfo, modelInfo } = await import("@huggingface/hub");
  const request = {
    name: repo.name,
    revision: settings.revision,
    hubUrl: settings.endpoint,
    additionalFields: ["sha" as const],
    fetch: apiFetch(settings, repo, attempts),
  };
  return callApi(settings, repo, async () => {
    const info = await (repo.type === "dataset" ? datasetInfo(request) : modelInfo(request));
    if (typeof info.sha !== "string" || !isCommit(info.sha)) throw new Error("it names no commit");
    return { name: info.name, commit: info.sha, private: info.private === true, gated: Boolean(info.gated) };
  });
}
