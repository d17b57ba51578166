import { HubError } from "../errors";
import { isTransient, networkError, refusalError } from "./failures";
import { describeRepository, type HubRepo, repositoryPage } from "./repository";
import {
  ATTEMPTS,
  backOff,
  hostOf,
  isEndpoint,
  LONGEST_WAIT_MS,
  RETRIED_STATUSES,
  retryAfter,
  waitAsAsked,
} from "./request";
import type { HubSettings } from "./settings";

/** Done twice, these would make a second one of what there is: they are tried again only where the Hub has said no. */
const ONCE = /\/(commit\/[^/]+|repos\/create)$/;

/**
 * A `fetch` for uploads by `@huggingface/hub`: broken connections, 429 and 5xx are tried again with growing waits, answers other
 * than 2xx become a HubError in a plain sentence, and the access token goes to the endpoint's own origin alone, not to the storage
 * that the Hub names for large files.
 *
 * @param accept  statuses other than 2xx that the caller deals with
 */
export function uploadFetch(
  settings: HubSettings,
  repo: HubRepo,
  accept: readonly number[] = [],
): typeof fetch {
  const subject = `upload to ${describeRepository(repo, settings.revision)}`;
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init.headers);
    headers.set("user-agent", "finetune-ts");
    if (!isEndpoint(settings, url)) headers.delete("authorization");
    const isOnce = ONCE.test(new URL(url).pathname);
    for (let failures = 1; ; failures++) {
      let response: Response;
      try {
        const { status, headers: answered, body } = await fetch(url, { ...init, headers });
        // Answers are small; one that breaks off is as good as none.
        const content = body && (await new Response(body).arrayBuffer());
        response = new Response(content, { status, headers: answered });
      } catch (error) {
        if (isOnce || failures >= ATTEMPTS || !isTransient(error)) {
          throw networkError(error, hostOf(url), subject, true);
        }
        await backOff(failures);
        continue;
      }
      const { ok, status } = response;
      if (ok || accept.includes(status)) return response;
      const wait = retryAfter(response.headers);
      if (!RETRIED_STATUSES.includes(status) || failures >= ATTEMPTS || wait > LONGEST_WAIT_MS) {
        throw refusal(url, response, settings, repo, subject);
      }
      if (wait > 0) await waitAsAsked(wait, { status, url }, subject);
      else await backOff(failures);
    }
  };
}

function refusal(
  url: string,
  { status, headers }: Response,
  settings: HubSettings,
  repo: HubRepo,
  subject: string,
): HubError {
  if (status === 403 && isEndpoint(settings, url)) {
    return new HubError(
      `${subject}: ${hostOf(url)} answered 403: the token may not write there. Give one with the right to write, and the name of an ` +
        "account or an organization that is yours.",
      "forbidden",
    );
  }
  const page = repositoryPage(settings.endpoint, repo);
  return refusalError({ status, headers, host: hostOf(url), withToken: true, page }, subject);
}
