import { HubError, type HubFailure } from "../errors";

/** What a request is about, for messages: `config.json of model bert-base-uncased`. */
export type Subject = string;

/** Codes of a connection that could not be made and will not be a second later either. */
const HOPELESS =
  /^(ENOTFOUND|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ERR_INVALID_.*|ERR_TLS_.*|CERT_.*|.*_CERT.*|.*SIGNED.*)$/;

/** The system's code of a failed fetch, such as ENOTFOUND; "" if it has none. */
export function networkCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
  }
  return "";
}

/** Whether it makes sense to try the same again in a moment. */
export function isTransient(error: unknown): boolean {
  return !(error instanceof HubError) && !HOPELESS.test(networkCode(error));
}

/** A failed connection in a plain sentence. @param isHub whether it was the Hub that was asked */
export function networkError(error: unknown, host: string, subject: Subject, isHub: boolean): HubError {
  if (error instanceof HubError) return error;
  const code = networkCode(error);
  const offlineHint =
    (isHub
      ? "Check the network, or HF_ENDPOINT if you use a mirror."
      : "Check the network and the address.") +
    " With HF_HUB_OFFLINE=1, only files that were downloaded before are used.";
  const failed = (why: string, what = offlineHint) =>
    new HubError(`${subject}: ${why} ${what}`, "network", { cause: error });
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return failed(`there is no network, or no host named ${host} (${code}).`);
  }
  if (code === "ECONNREFUSED") return failed(`${host} refused the connection (${code}).`);
  if (/CERT|SIGNED|TLS/.test(code)) {
    return failed(
      `the certificate of ${host} is not trusted (${code}).`,
      "Behind a proxy that has its own certificate, give it in NODE_EXTRA_CA_CERTS.",
    );
  }
  if (error instanceof SilenceError) {
    return failed(
      `${host} did not answer within ${error.milliseconds / 1000} s.`,
      "Try again later, or allow more in HF_HUB_ETAG_TIMEOUT and HF_HUB_DOWNLOAD_TIMEOUT (seconds).",
    );
  }
  const reason = code || (error instanceof Error ? error.message : String(error));
  return failed(`the connection to ${host} broke (${reason}).`);
}

/** The other side has said nothing for too long. */
export class SilenceError extends Error {
  constructor(readonly milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
  }
}

/** What the Hub says in an answer other than 2xx. */
export interface Refusal {
  status: number;
  headers: Headers;
  host: string;
  /** Whether a token was sent. */
  withToken: boolean;
  /** Where a person sees the repository; none if it was not the Hub that was asked. */
  page: string | undefined;
}

/** An answer other than 2xx in a plain sentence. @see huggingface_hub.utils.hf_raise_for_status */
export function refusalError(
  { status, headers, host, withToken, page }: Refusal,
  subject: Subject,
): HubError {
  const code = headers.get("x-error-code");
  const said = headers.get("x-error-message") ?? "";
  const answered = `${host} answered ${status}${said && ` (${said.slice(0, 200)})`}`;
  const failed = (reason: HubFailure, message: string) => new HubError(`${subject}: ${message}`, reason);
  if (page === undefined) {
    const [reason, message] = addressRefusal(status, host);
    return failed(reason, `${answered}: ${message}`);
  }
  const login =
    "Create one at https://huggingface.co/settings/tokens and set it as HF_TOKEN (or run `hf auth login`).";

  if (code === "RevisionNotFound")
    return failed("revision-not-found", "the repository has no such revision.");
  if (code === "EntryNotFound") return failed("file-not-found", "the repository has no such file.");
  if (code === "GatedRepo") {
    const remedy = withToken
      ? "The account of your token has no access yet: ask for it on that page."
      : `Accept them on that page, then give an access token. ${login}`;
    return failed("gated", `the owner asks people to accept conditions first: ${page}. ${remedy}`);
  }
  if (status === 401 && /invalid (credentials|username|user token)/i.test(said)) {
    return failed("unauthorized", `${host} does not accept the access token (HF_TOKEN). ${login}`);
  }
  if (code === "RepoNotFound" || (status === 401 && code === null)) {
    const remedy = withToken
      ? "If it is private, the account of your token must have access to it."
      : `If it is private, an access token is needed. ${login}`;
    return failed("repository-not-found", `${host} has no such repository, or does not show it. ${remedy}`);
  }
  if (status === 401) return failed("unauthorized", `${answered}: an access token is needed. ${login}`);
  if (status === 403) {
    return failed(
      "forbidden",
      `${answered}: access is forbidden. See ${page}, and whether your token may read it.`,
    );
  }
  if (status === 404) return failed("file-not-found", `${answered}: there is no such thing.`);
  if (status === 429) {
    return failed(
      "rate-limited",
      `${answered}: too many requests. Wait some minutes; with HF_TOKEN, more are allowed.`,
    );
  }
  if (status >= 500) return failed("server", `${answered}: the server has a problem. Try again later.`);
  return failed("server", `${answered}, which was not expected of a Hub. Check HF_ENDPOINT.`);
}

/** What an answer means of a server that is no Hub: which codes of the Hub's it sends, if any, says nothing. */
function addressRefusal(status: number, host: string): [HubFailure, string] {
  if (status === 401 || status === 403) {
    const byName =
      host === "huggingface.co" ? ' Name a repository of the Hub instead: loadDataset("owner/name").' : "";
    return [
      status === 401 ? "unauthorized" : "forbidden",
      `it does not give this to everybody.${byName} ` + "Or download the file yourself and give its path.",
    ];
  }
  if (status === 404 || status === 410)
    return ["file-not-found", "there is no such file. Check the address."];
  if (status === 429) return ["rate-limited", "too many requests. Wait some minutes."];
  if (status >= 500) return ["server", "the server has a problem. Try again later."];
  return ["server", "this was not expected of a file. Check the address."];
}
