import type { ReadableStream } from "node:stream/web";
import { sleep } from "../platform/pause";
import { HubError } from "../errors";
import { isTransient, networkError, refusalError, SilenceError, type Subject } from "./failures";
import type { HubSettings } from "./settings";
import { warn } from "../notices";

export interface HubRequest {
  url: string;
  /** Default "GET". */
  method?: string;
  headers?: Record<string, string>;
  /** For messages. */
  subject: Subject;
  /** The page of the repository, for messages; none for an address that is no repository's. */
  page?: string;
  /** Where redirects are followed to: other hosts too, or only to the Hub itself. Default "anywhere". */
  redirects?: "anywhere" | "hub";
  /** Statuses other than 2xx that the caller deals with. */
  accept?: readonly number[];
  /** An authorization header for the server of `url` alone. */
  login?: string;
  /** How often it is tried. Default {@link ATTEMPTS}. */
  attempts?: number;
}

/** An answer whose body has not been read. */
export interface HubAnswer {
  status: number;
  headers: Headers;
  /** Of the last redirect followed. */
  url: string;
  /** Pieces of the body; fails if the other side is silent for too long. Read it, or call `discard`. */
  body: AsyncIterable<Uint8Array>;
  discard: () => void;
}

export const ATTEMPTS = 5;
const MAX_REDIRECTS = 10;
export const LONGEST_WAIT_MS = 5 * 60_000;
export const RETRIED_STATUSES: readonly number[] = [408, 429, 500, 502, 503, 504];
const HUB_HOSTS: readonly string[] = ["https://huggingface.co"];

/** A shorter wait needs no word. */
const SILENT_WAIT_MS = 5000;

const pace = { firstDelayMs: 500 };

/** @internal For tests: how long the first wait between two attempts is; each next one is twice as long. */
export function setFirstDelay(milliseconds: number): void {
  pace.firstDelayMs = milliseconds;
}

/** Waits before attempt `failures + 1`; up to a half longer, so that many clients do not come back at once. */
export async function backOff(failures: number): Promise<void> {
  await sleep(pace.firstDelayMs * 2 ** (failures - 1) * (1 + Math.random() / 2));
}

/** Waits as long as a server asks for. What takes long is told, and an interrupt ends it. @throws HubError */
export async function waitAsAsked(
  milliseconds: number,
  { status, url }: Pick<HubAnswer, "status" | "url">,
  subject: Subject,
): Promise<void> {
  const seconds = Math.ceil(milliseconds / 1000);
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop);
  if (milliseconds >= SILENT_WAIT_MS) {
    warn(
      `${subject}: ${hostOf(url)} answered ${status} and asks to wait ${describeSeconds(seconds)}. An interrupt (Ctrl-C) gives up.`,
    );
  }
  try {
    await sleep(milliseconds, undefined, { signal: controller.signal });
  } catch {
    throw new HubError(
      `${subject}: interrupted while waiting for ${hostOf(url)}, which answered ${status} and asked for ` +
        `${describeSeconds(seconds)}. What was transferred so far is kept.`,
      "rate-limited",
    );
  } finally {
    process.off("SIGINT", stop);
  }
}

function describeSeconds(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

/**
 * Sends a request, and again after broken connections, 429 and 5xx, with growing waits.
 *
 * The access token goes to the endpoint's own origin and nowhere else, whatever redirects say.
 *
 * @throws HubError for every other answer than 2xx (and a redirect that is not followed), in a plain sentence
 */
export async function sendToHub(settings: HubSettings, request: HubRequest): Promise<HubAnswer> {
  const { attempts = ATTEMPTS, accept = [], subject, page } = request;
  for (let failures = 1; ; failures++) {
    let answer: HubAnswer;
    try {
      answer = await followRedirects(settings, request);
    } catch (error) {
      if (failures >= attempts || !isTransient(error))
        throw networkError(error, hostOf(request.url), subject, page !== undefined);
      await backOff(failures);
      continue;
    }
    const { status, headers, url } = answer;
    if (status < 400 || accept.includes(status)) return answer;
    answer.discard();
    const wait = retryAfter(headers);
    if (!RETRIED_STATUSES.includes(status) || failures >= attempts || wait > LONGEST_WAIT_MS) {
      const withToken = settings.token !== undefined && isEndpoint(settings, url);
      throw refusalError({ status, headers, host: hostOf(url), withToken, page }, subject);
    }
    if (wait > 0) await waitAsAsked(wait, answer, subject);
    else await backOff(failures);
  }
}

/** Sends a request and reads the whole (small) answer; a body that breaks off is asked for again. */
export async function readFromHub(
  settings: HubSettings,
  request: HubRequest,
): Promise<{ headers: Headers; status: number; content: Uint8Array }> {
  const { attempts = ATTEMPTS } = request;
  for (let failures = 1; ; failures++) {
    const { headers, status, body } = await sendToHub(settings, request);
    try {
      return { headers, status, content: await readSmall(settings, request, body) };
    } catch (error) {
      if (failures >= attempts || !isTransient(error))
        throw networkError(error, hostOf(request.url), request.subject, request.page !== undefined);
      await backOff(failures);
    }
  }
}

/** Answers of the Hub's API are some kilobytes, a page of a listing some hundred. */
const MOST_ANSWER_BYTES = 64 * 2 ** 20;
/** In times of the longest silence. */
const LONGEST_ANSWER = 12;

async function readSmall(
  { bodyTimeoutMs }: HubSettings,
  { url, subject }: HubRequest,
  body: HubAnswer["body"],
): Promise<Uint8Array> {
  const started = Date.now();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_ANSWER_BYTES) {
      throw new HubError(
        `${subject}: ${hostOf(url)} sends more than ${MOST_ANSWER_BYTES / 2 ** 20} MB as an answer, which is none of a Hub. ` +
          "Check HF_ENDPOINT.",
        "server",
      );
    }
    const elapsed = Date.now() - started;
    if (elapsed > LONGEST_ANSWER * bodyTimeoutMs) throw new SilenceError(elapsed);
  }
  return Buffer.concat(pieces);
}

async function followRedirects(settings: HubSettings, request: HubRequest): Promise<HubAnswer> {
  let url = request.url;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const answer = await sendOnce(settings, url, request);
    const location = answer.headers.get("location");
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    const target = new URL(location, url);
    // A login in a redirect is nobody's that we know.
    target.username = target.password = "";
    const isHub = isEndpoint(settings, target.href) || HUB_HOSTS.includes(target.origin);
    if (request.redirects === "hub" && !isHub) return answer;
    answer.discard();
    const isDowngrade = target.protocol !== "https:" && new URL(url).protocol === "https:";
    if (isDowngrade || !/^https?:$/.test(target.protocol)) {
      throw new HubError(
        `${request.subject}: ${hostOf(url)} redirects to ${target.protocol}//${target.host}, which is not followed.`,
        "server",
      );
    }
    url = target.href;
  }
  throw new HubError(
    `${request.subject}: ${hostOf(request.url)} redirects more than ${MAX_REDIRECTS} times.`,
    "server",
  );
}

async function sendOnce(settings: HubSettings, url: string, request: HubRequest): Promise<HubAnswer> {
  const headers = new Headers({ "user-agent": "finetune-ts", ...request.headers });
  headers.delete("authorization");
  if (settings.token !== undefined && isEndpoint(settings, url)) {
    headers.set("authorization", `Bearer ${settings.token}`);
  }
  if (request.login !== undefined && new URL(url).origin === new URL(request.url).origin) {
    headers.set("authorization", request.login);
  }
  const controller = new AbortController();
  const answerTimer = setTimeout(
    () => controller.abort(new SilenceError(settings.answerTimeoutMs)),
    settings.answerTimeoutMs,
  );
  try {
    const { signal } = controller;
    const response = await fetch(url, {
      method: request.method ?? "GET",
      headers,
      redirect: "manual",
      signal,
    });
    return {
      status: response.status,
      headers: response.headers,
      url,
      body: watched(response, controller, settings.bodyTimeoutMs),
      discard: () => controller.abort(),
    };
  } finally {
    clearTimeout(answerTimer);
  }
}

/** The pieces of a body, none of which may let us wait for too long. Leaving the loop ends the connection. */
async function* watched(
  response: Response,
  controller: AbortController,
  timeoutMs: number,
): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const silence = () => setTimeout(() => controller.abort(new SilenceError(timeoutMs)), timeoutMs);
  let timer = silence();
  try {
    for await (const piece of response.body as ReadableStream<Uint8Array>) {
      clearTimeout(timer);
      yield piece;
      timer = silence();
    }
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

/** Whether an address is of the Hub itself: where the token may go. */
export function isEndpoint(settings: HubSettings, url: string): boolean {
  return new URL(url).origin === new URL(settings.endpoint).origin;
}

export function hostOf(url: string): string {
  return new URL(url).host;
}

/** What the other side asks us to wait, in milliseconds. @see RFC 9110; the Hub's own `ratelimit` header */
export function retryAfter(headers: Headers): number {
  const limit = /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  const given = headers.get("retry-after") ?? limit ?? "";
  const milliseconds = /^\d+$/.test(given) ? 1000 * Number(given) : Date.parse(given) - Date.now();
  return milliseconds > 0 ? milliseconds : 0; // NaN too
}
