import { readFileSync } from "../platform/files";
import { homedir } from "../platform/machine";
import path from "../platform/path";
import { HubError } from "../errors";
import { hasCredentials, withoutCredentials } from "./credentials";

/** What a call may choose for itself. Where it says nothing, the environment does, with Python's variables. */
export interface HubOptions {
  /** Branch, tag, or commit. Default "main". */
  revision?: string;
  /** The Hub's address. Default: `HF_ENDPOINT`, or https://huggingface.co. */
  endpoint?: string;
  /** Access token, or false for none. Default: `HF_TOKEN`, or the file that `hf auth login` writes. */
  token?: string | false;
  /** Default: `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or ~/.cache/huggingface/hub. */
  cacheDir?: string;
  /** Use what the cache holds and ask nobody. Default: `HF_HUB_OFFLINE`. */
  localFilesOnly?: boolean;
}

/** The names of {@link HubOptions}. */
export const HUB_OPTIONS: readonly (keyof HubOptions)[] = [
  "revision",
  "endpoint",
  "token",
  "cacheDir",
  "localFilesOnly",
];

/** Takes the Hub's options out of options for something else too, where a token has no business. */
export function splitHubOptions<T extends HubOptions>(options: T): [HubOptions, Omit<T, keyof HubOptions>] {
  const { revision, endpoint, token, cacheDir, localFilesOnly, ...others } = options;
  return [{ revision, endpoint, token, cacheDir, localFilesOnly }, others];
}

/** Everything that a request needs to know, settled once per call. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** An absolute path. */
  readonly cacheDir: string;
  readonly revision: string;
  readonly offline: boolean;
  /** Longest wait for an answer to begin. */
  readonly answerTimeoutMs: number;
  /** Longest silence within a body. */
  readonly bodyTimeoutMs: number;
}

type Environment = Record<string, string | undefined>;

const DEFAULT_ENDPOINT = "https://huggingface.co";
/** As in huggingface_hub. */
const DEFAULT_TIMEOUT_S = 10;

/** Joins what a call says with what the environment says. @see huggingface_hub.constants */
export function hubSettings(options: HubOptions = {}, environment: Environment = process.env): HubSettings {
  const offline =
    options.localFilesOnly ?? isTrue(environment.HF_HUB_OFFLINE || environment.TRANSFORMERS_OFFLINE);
  return {
    endpoint: checkedEndpoint(options.endpoint ?? (environment.HF_ENDPOINT || DEFAULT_ENDPOINT)),
    token: checkedToken(options.token ?? environmentToken(environment)),
    cacheDir: path.resolve(expandHome(options.cacheDir ?? cacheDirectory(environment))),
    revision: options.revision ?? "main",
    offline,
    answerTimeoutMs: seconds(environment.HF_HUB_ETAG_TIMEOUT),
    bodyTimeoutMs: seconds(environment.HF_HUB_DOWNLOAD_TIMEOUT),
  };
}

function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}

function seconds(value: string | undefined): number {
  const given = Number(value);
  return 1000 * (given > 0 ? given : DEFAULT_TIMEOUT_S);
}

function expandHome(directory: string): string {
  return directory === "~" || /^~[/\\]/.test(directory)
    ? path.join(homedir(), directory.slice(1))
    : directory;
}

function homeDirectory(environment: Environment): string {
  const cache = environment.XDG_CACHE_HOME ?? path.join(homedir(), ".cache");
  return expandHome(environment.HF_HOME ?? path.join(cache, "huggingface"));
}

function cacheDirectory(environment: Environment): string {
  return (
    environment.HF_HUB_CACHE ??
    environment.HUGGINGFACE_HUB_CACHE ??
    path.join(homeDirectory(environment), "hub")
  );
}

function checkedEndpoint(endpoint: string): string {
  if (hasCredentials(endpoint)) {
    throw new HubError(
      `The Hub's address ${withoutCredentials(endpoint)} (HF_ENDPOINT) holds a user name or password, which is not sent. Leave ` +
        "it out, and give an access token in HF_TOKEN.",
      "invalid",
    );
  }
  if (!/^https?:\/\/[^/?#]+[^?#]*$/.test(endpoint)) {
    throw new HubError(
      `The Hub's address ${JSON.stringify(endpoint)} (HF_ENDPOINT) is no http or https address, such as ${DEFAULT_ENDPOINT}.`,
      "invalid",
    );
  }
  return endpoint.replace(/\/+$/, "");
}

function environmentToken(environment: Environment): string | undefined {
  if (isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  const given = environment.HF_TOKEN || environment.HUGGING_FACE_HUB_TOKEN;
  if (given) return given;
  const file = environment.HF_TOKEN_PATH ?? path.join(homeDirectory(environment), "token");
  try {
    return readFileSync(expandHome(file), "utf8");
  } catch {
    return undefined; // nobody has logged in
  }
}

/** A header refuses other characters, and the runtime's message about that would print the token. */
function checkedToken(token: string | false | undefined): string | undefined {
  const clean = (token || "").trim();
  if (clean === "") return undefined;
  if (!/^[\x21-\x7e]+$/.test(clean)) {
    throw new HubError(
      "The access token (HF_TOKEN, or the file that `hf auth login` writes) has characters that no token has. " +
        "Copy it again from https://huggingface.co/settings/tokens.",
      "invalid",
    );
  }
  return clean;
}
