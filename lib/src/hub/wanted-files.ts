import { RE2JS } from "re2js";
import { HubError } from "../errors";
import { describeRepository, type HubRepo } from "./repository";
import type { HubOptions } from "./settings";

export interface SnapshotOptions extends HubOptions {
  repo: HubRepo;
}

export interface DownloadSnapshotOptions extends SnapshotOptions {
  /** Shell patterns of the files wanted, in which `*` stands for slashes too, as in Python. Default: all. */
  allowPatterns?: readonly string[];
  /** Patterns of files not wanted. */
  ignorePatterns?: readonly string[];
}

/** Those of a repository's files that are asked for. @throws HubError where patterns match none of them */
export function filesWanted(
  files: readonly string[],
  { allowPatterns, ignorePatterns = [], repo, revision }: DownloadSnapshotOptions,
): string[] {
  const wanted = files.filter(
    (file) =>
      (allowPatterns === undefined || allowPatterns.some((pattern) => matches(file, pattern))) &&
      !ignorePatterns.some((pattern) => matches(file, pattern)),
  );
  if (wanted.length > 0 || allowPatterns === undefined) return wanted;
  const shown = files.slice(0, 10).join(", ");
  throw new HubError(
    `${describeRepository(repo, revision)}: no file matches ${allowPatterns.join(", ")}. It has: ` +
      `${shown}${files.length > 10 ? `, and ${files.length - 10} more` : ""}.`,
    "file-not-found",
  );
}

/** Python's fnmatch: `*`, `?`, `[abc]`, `[!abc]`; a folder with a slash at its end stands for all in it. */
export function matches(file: string, pattern: string): boolean {
  const whole = pattern.endsWith("/") ? `${pattern}*` : pattern;
  const expression = whole.replace(
    /\[(!?)([^\]]+)\]|[\\^$.|?*+(){}[\]]/g,
    (special, not?: string, set?: string) => {
      if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replace(/[\\^[]/g, "\\$&")}]`;
      if (special === "*") return ".*";
      return special === "?" ? "." : `\\${special}`;
    },
  );
  // Of a stranger's repository and whatever pattern: linear in both.
  return RE2JS.matches(`(?s:${expression})`, file);
}
