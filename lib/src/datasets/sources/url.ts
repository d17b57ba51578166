import { createHash } from "../../platform/crypto";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "../../platform/files";
import path from "../../platform/path";
import { DatasetError, HubError } from "../../errors";
import { basicLogin, withoutCredentials } from "../../hub/credentials";
import { sendToHub } from "../../hub/request";
import { type HubSettings, hubSettings } from "../../hub/settings";
import { transfer } from "../../hub/transfer";
import { datasetsCache } from "../cache-folder";

export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/**
 * Downloads a file from the web, or takes what was downloaded before if the server's `etag` is still the same (without
 * one, if the size and date are). No access token is sent.
 *
 * @returns where it lies: in the datasets' cache, under its own name
 * @throws DatasetError for an address that is not https, or if the file cannot be had
 */
export async function downloadUrl(address: string): Promise<string> {
  try {
    return await download(address);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    // The Hub's way of asking, but not the Hub.
    throw new DatasetError(error.message, { cause: error });
  }
}

async function download(text: string): Promise<string> {
  const url = checkedUrl(text);
  const address = withoutCredentials(text);
  // fetch refuses an address with a login; it goes into a header, to this server alone.
  const login = basicLogin(url);
  url.username = url.password = "";
  const settings: HubSettings = { ...hubSettings(), token: undefined };
  const folder = datasetsCache("downloads", digest(url.href));
  if (settings.offline) {
    const known = await newest(folder, fileName(url));
    if (known !== undefined) return known;
    throw new DatasetError(
      `${address} was not downloaded before, and nothing is downloaded because HF_HUB_OFFLINE is set. Unset it.`,
    );
  }
  const request = { url: url.href, subject: address, login };
  const answer = await sendToHub(settings, { ...request, method: "HEAD", accept: [403, 405, 501] });
  answer.discard();
  const { headers, status } = answer;
  const state = headers.get("etag") ?? `${headers.get("last-modified")} ${headers.get("content-length")}`;
  const isKnown = status === 200 && (headers.has("etag") || headers.has("last-modified"));
  const place = path.join(folder, digest(isKnown ? state : `${Date.now()} ${Math.random()}`), fileName(url));
  if (await isFile(place)) return place;
  await mkdir(path.dirname(place), { recursive: true });
  const temporary = await mkdtemp(path.join(folder, "incomplete-"));
  try {
    const arriving = path.join(temporary, "file");
    await transfer(settings, { ...request, file: arriving, size: undefined, label: fileName(url) });
    await rename(arriving, place);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return place;
}

function checkedUrl(text: string): URL {
  let url: URL;
  const address = withoutCredentials(text);
  try {
    url = new URL(text);
  } catch (error) {
    throw new DatasetError(`${JSON.stringify(address)} is no address. Write it as https://host/path.`, {
      cause: error,
    });
  }
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isHere)) return url;
  throw new DatasetError(
    `${address}: only https addresses are read, for what comes over others may have been changed on the way. ` +
      "Download the file yourself and give its path.",
  );
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** The file's own name, which tells its format, without what a file system could misread. */
export function fileName({ pathname }: URL): string {
  const last = pathname.split("/").at(-1) ?? "";
  return (
    last
      .replace(/[^\w.-]/g, "_")
      .replace(/^\.+/, "_")
      .slice(-100) || "file"
  );
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

async function newest(folder: string, name: string): Promise<string | undefined> {
  const versions = await readdir(folder).catch(() => []);
  const found: { file: string; time: number }[] = [];
  for (const version of versions.filter((each) => !each.startsWith("incomplete-"))) {
    const file = path.join(folder, version, name);
    const info = await stat(file).catch(() => undefined);
    if (info?.isFile()) found.push({ file, time: info.mtimeMs });
  }
  return found.sort((a, b) => b.time - a.time)[0]?.file;
}
