import { constants, type FileHandle, open } from "../platform/files";
import path from "../platform/path";
import { HubError } from "../errors";
import { type ProgressBar, startProgress } from "../progress";
import { cacheError } from "./cache";
import { isTransient, networkError, SilenceError } from "./failures";
import { ATTEMPTS, backOff, hostOf, type HubAnswer, sendToHub } from "./request";
import type { HubSettings } from "./settings";

export interface Transfer {
  url: string;
  /** Where the bytes go; what it holds already is not asked for again. */
  file: string;
  /** Of the whole content in bytes, if known. */
  size: number | undefined;
  /** Of the progress bar. */
  label: string;
  subject: string;
  /** The page of the repository, for messages; none for an address that is no repository's. */
  page?: string;
  /** An authorization header for the server of `url` alone. */
  login?: string;
}

/**
 * Fetches a file's content to the end: after a broken connection, from where it broke. Gives up after several attempts
 * that bring nothing. Does not look at what the content is.
 *
 * Every attempt asks the Hub anew, because the address of the storage that it redirects to is signed and expires.
 *
 * @throws HubError; what has arrived stays in the file
 */
export async function transfer(
  settings: HubSettings,
  { url, file, label, subject, page, login, size }: Transfer,
): Promise<void> {
  const handle = await open(file, constants.O_CREAT | constants.O_RDWR | NO_LINKS);
  let bar: ProgressBar | undefined;
  try {
    let done = (await handle.stat()).size;
    let startOvers = 0;
    if (size !== undefined && done > size) done = await startOver(handle);
    for (let failures = 0, attempt = 1; size === undefined || done < size; attempt++) {
      const before = done;
      const pace = new Pace(settings.bodyTimeoutMs);
      const headers: Record<string, string> = { "accept-encoding": "identity" };
      if (done > 0) headers.range = `bytes=${done}-`;
      const answer = await sendToHub(settings, {
        url,
        headers,
        subject,
        page,
        login,
        accept: done > 0 ? [416] : [],
      });
      if (done > 0 && !continuesAt(answer, done)) {
        if (++startOvers > MOST_START_OVERS) {
          answer.discard();
          throw new HubError(
            `${subject}: ${hostOf(url)} breaks off and does not go on where it did, again and again. Try again later.`,
            "server",
          );
        }
        done = await startOver(handle);
        if (answer.status !== 200) {
          answer.discard();
          continue; // without a range
        }
      }
      size ??= wholeSize(answer);
      bar ??= byteProgress(label, size);
      try {
        for await (const piece of answer.body) {
          await writeFully(handle, piece, done).catch((error: unknown) => {
            throw cacheError(error, path.dirname(file));
          });
          done += piece.length;
          bar.update(done);
          pace.check(done - before);
          if (size === undefined && done > MOST_UNSAID_BYTES) {
            throw new HubError(
              `${subject}: ${hostOf(url)} has sent ${MOST_UNSAID_BYTES / 2 ** 30} GiB without an end, and does not say how ` +
                "much there is. Download the file yourself and give its path.",
              "damaged",
            );
          }
          if (size !== undefined && done > size) {
            throw new HubError(`${subject}: ${hostOf(url)} sends more than its ${size} bytes.`, "damaged");
          }
        }
        if (size === undefined || done === size) break;
        throw new Error(`it ended ${size - done} bytes early`);
      } catch (error) {
        failures = done - before >= PROGRESS_BYTES ? 1 : failures + 1;
        if (failures >= ATTEMPTS || attempt >= MOST_ATTEMPTS || !isTransient(error)) {
          throw networkError(error, hostOf(url), `${subject}, ${done} bytes in`, page !== undefined);
        }
        await backOff(failures);
      }
    }
    await handle.sync(); // before a rename says that it is whole
  } finally {
    bar?.finish();
    await handle.close();
  }
}

/** A link in the place of the file would lead the bytes elsewhere. Windows knows no such flag. */
const NO_LINKS = (constants.O_NOFOLLOW as number | undefined) ?? 0;
/** An attempt that brings less has brought nothing: a server must not keep us for ever by the byte. */
const PROGRESS_BYTES = 4096;
const MOST_ATTEMPTS = 1000;
const MOST_START_OVERS = ATTEMPTS;
const MOST_UNSAID_BYTES = 16 * 2 ** 30;

/** Sees that a body does not merely trickle, a byte before each time-out. */
class Pace {
  private readonly started = Date.now();
  private stretch = 1;

  constructor(private readonly timeoutMs: number) {}

  /** @param bytes  that have come so far @throws SilenceError (which is transient) if too few have for the time that it took */
  check(bytes: number): void {
    const elapsed = Date.now() - this.started;
    if (elapsed < this.stretch * STRETCH * this.timeoutMs) return;
    if (bytes < this.stretch * PROGRESS_BYTES) throw new SilenceError(elapsed);
    this.stretch++;
  }
}
/** In times of the longest silence: so often it is looked how much has come. */
const STRETCH = 6;

async function startOver(handle: FileHandle): Promise<0> {
  await handle.truncate(0);
  return 0;
}

/** Whether an answer goes on where we stopped; a server that does not know ranges sends everything. */
function continuesAt({ status, headers }: HubAnswer, done: number): boolean {
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  return status === 206 && Number(start) === done && !headers.has("content-encoding");
}

function wholeSize({ status, headers }: HubAnswer): number | undefined {
  if (headers.has("content-encoding")) return undefined;
  const size = status === 206 ? headers.get("content-range")?.split("/")[1] : headers.get("content-length");
  return /^\d+$/.test(size ?? "") ? Number(size) : undefined;
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** A bar in kB or MB, whichever reads better. */
function byteProgress(label: string, size = 0): ProgressBar {
  const [factor, unit] = size < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
  const scaled = (bytes: number) => Math.round((10 * bytes) / factor) / 10;
  const bar = startProgress({ label, total: scaled(size), unit });
  return {
    update: (done, note) => bar.update(scaled(done), note),
    finish: () => bar.finish(),
  };
}
