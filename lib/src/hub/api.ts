import { HubError } from "../errors";
import { describeRepository, type HubRepo, repositoryPage } from "./repository";
import { hostOf, readFromHub } from "./request";
import type { HubSettings } from "./settings";

/** Of 1,000 files each; the largest repositories have some 100,000. */
const MOST_PAGES = 1000;

/**
 * A `fetch` for `@huggingface/hub`: our time-outs, repeated attempts, messages, and rules for where the access token
 * may go. It throws a HubError for whatever is no success.
 *
 * @param attempts  how often it is tried; 1 where the cache can answer instead
 */
export function apiFetch(settings: HubSettings, repo: HubRepo, attempts?: number): typeof fetch {
  let pages = 0;
  return async (input) => {
    if (++pages > MOST_PAGES) {
      throw new HubError(
        `${describeRepository(repo, settings.revision)}: ${hostOf(settings.endpoint)} has sent ${MOST_PAGES} pages of an ` +
          "answer, and there are still more. Check HF_ENDPOINT.",
        "server",
      );
    }
    const { status, headers, content } = await readFromHub(settings, {
      url: input instanceof Request ? input.url : String(input),
      headers: { accept: "application/json" },
      subject: describeRepository(repo, settings.revision),
      page: repositoryPage(settings.endpoint, repo),
      attempts,
    });
    return new Response(new TextDecoder().decode(content), { status, headers });
  };
}

/** Runs a call of `@huggingface/hub`, and says in a plain sentence when an answer is not what the Hub's API gives. */
export async function callApi<T>(settings: HubSettings, repo: HubRepo, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      `${describeRepository(repo, settings.revision)}: ${hostOf(settings.endpoint)} answers with something that is not ` +
        `the Hub's API (${(error as Error).message}). Check HF_ENDPOINT and the proxy.`,
      "server",
      { cause: error },
    );
  }
}
