import { HubError } from "../errors";
import { type HubRepo, describeRepository, repositoryPage, resolveUrl } from "./repository";
import { sendToHub } from "./request";
import type { HubSettings } from "./settings";

/** One version of one file. */
export interface FileMetadata {
  /** Of the repository, 40 hex digits. */
  commit: string;
  /** Name of the content: sha256 of a file in large storage (LFS, Xet), git's blob hash of another. */
  etag: string;
  /** In bytes, if the Hub says. */
  size: number | undefined;
}

const COMMIT = /^[0-9a-f]{40}$/;

export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** Whether a text can be an etag. It becomes the name of a file in the cache. */
export function isEtag(text: string): boolean {
  return /^[\w-][\w.-]*$/.test(text) && text.length <= 128;
}

/**
 * Asks which version of a file a revision has, without its content. A large file is answered with a redirect to
 * storage; what is asked for stands in the headers of the redirect, which is not followed.
 *
 * @param attempts  how often it is tried; 1 where the cache can answer instead
 * @throws HubError
 * @see huggingface_hub.get_hf_file_metadata
 */
export async function fileMetadata(
  settings: HubSettings,
  repo: HubRepo,
  file: string,
  attempts?: number,
): Promise<FileMetadata> {
  const subject = `${file} of ${describeRepository(repo, settings.revision)}`;
  const { status, headers, discard } = await sendToHub(settings, {
    method: "HEAD",
    url: resolveUrl(settings.endpoint, repo, settings.revision, file),
    headers: { "accept-encoding": "identity" }, // the length is that of the file, not of its compressed form
    redirects: "hub",
    subject,
    page: repositoryPage(settings.endpoint, repo),
    attempts,
  });
  discard();
  const commit = headers.get("x-repo-commit") ?? "";
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "").replace(/^(?:W\/)?"?|"$/g, "");
  if (!COMMIT.test(commit) || !isEtag(etag)) {
    throw new HubError(
      `${subject}: ${new URL(settings.endpoint).host} answers without a usable x-repo-commit and etag, so it is no ` +
        "Hub, or a proxy drops them. Check HF_ENDPOINT and the proxy.",
      "server",
    );
  }
  const length = headers.get("x-linked-size") ?? (status < 300 ? headers.get("content-length") : null);
  const size = length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
  return { commit, etag, size };
}
