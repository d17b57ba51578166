import { randomBytes } from "../platform/crypto";
import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "../platform/files";
import path from "../platform/path";
import { HubError } from "../errors";
import { isCommit } from "./file-metadata";
import type { HubRepo } from "./repository";

/**
 * A repository's place in the cache, laid out as Python's huggingface_hub does, which reads what we write and the
 * other way round:
 *
 *     models--org--name/blobs/<etag>                  contents
 *                      /snapshots/<commit>/<path>     links to them, a folder for each commit
 *                      /refs/<revision>               the commit of a branch or tag when it was last asked for
 *                      /trees/<commit>.json           which files a commit has
 *     .locks/models--org--name/                       who is downloading what
 */
export class RepositoryCache {
  readonly folder: string;
  private readonly locks: string;

  constructor(
    readonly cacheDir: string,
    { type, name }: HubRepo,
  ) {
    const folderName = [`${type}s`, ...name.split("/")].join("--");
    this.folder = path.join(cacheDir, folderName);
    this.locks = path.join(cacheDir, ".locks", folderName);
  }

  blob(etag: string): string {
    return path.join(this.folder, "blobs", etag);
  }

  /** Python locks `<etag>.lock` with flock, which Node lacks, so ours has a name of its own. */
  lock(etag: string): string {
    return path.join(this.locks, `${etag}.finetune-ts.lock`);
  }

  snapshot(commit: string): string {
    return path.join(this.folder, "snapshots", commit);
  }

  /** Where a file of a commit is, or will be. */
  pointer(commit: string, file: string): string {
    return path.join(this.snapshot(commit), ...file.split("/"));
  }

  tree(commit: string): string {
    return path.join(this.folder, "trees", `${commit}.json`);
  }

  /** The commit that a branch or tag had when it was last asked for; a commit is its own. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const text = await readFile(this.reference(revision), "utf8").catch(() => "");
    return isCommit(text.trim()) ? text.trim() : undefined;
  }

  /** The path of a file of a commit, if it is there. */
  async find(commit: string | undefined, file: string): Promise<string | undefined> {
    if (commit === undefined) return undefined;
    const pointer = this.pointer(commit, file);
    return (await sizeOf(pointer)) === undefined ? undefined : pointer;
  }

  /** Paths of the files of a commit that are there, sorted. */
  async filesOf(commit: string): Promise<string[]> {
    const found: string[] = [];
    const visit = async (prefix: string): Promise<void> => {
      const entries = await readdir(path.join(this.snapshot(commit), prefix), { withFileTypes: true }).catch(
        () => [],
      );
      for (const entry of entries) {
        const file = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
        if (entry.isDirectory()) await visit(file);
        else if (!entry.name.startsWith(".tmp-") && (await this.find(commit, file))) found.push(file);
      }
    };
    await visit("");
    return found.sort();
  }

  /** Notes the commit of a branch or tag. A cache that cannot be written keeps what it says. */
  async writeReference(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return;
    await this.writeWhole(this.reference(revision), commit).catch(() => {});
  }

  /** Writes a small file so that no reader sees a part of it. */
  async writeWhole(file: string, content: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await replace(file, (temporary) => writeFile(temporary, content));
  }

  /** Lets a file of a commit appear: a relative link to its blob, or a copy where links cannot be made. */
  async point(commit: string, file: string, etag: string): Promise<string> {
    const [pointer, blob] = [this.pointer(commit, file), this.blob(etag)];
    await mkdir(path.dirname(pointer), { recursive: true });
    const relative = path.relative(path.dirname(pointer), blob);
    await replace(pointer, async (temporary) => {
      try {
        if (/^(1|on|yes|true)$/i.test(process.env.HF_HUB_DISABLE_SYMLINKS ?? ""))
          throw new Error("not wanted");
        await symlink(relative, temporary);
      } catch {
        await link(blob, temporary).catch(() => copyFile(blob, temporary));
      }
    });
    return pointer;
  }

  /** Makes the folders of a download, and marks the cache as one for backup programs, as Python does. */
  async prepare(): Promise<void> {
    await mkdir(path.join(this.folder, "blobs"), { recursive: true });
    await mkdir(this.locks, { recursive: true });
    const tag = path.join(this.cacheDir, "CACHEDIR.TAG");
    await writeFile(tag, "Signature: 8a477f597d28d172789f06886806bc55\n", { flag: "wx" }).catch(() => {});
  }

  private reference(revision: string): string {
    return path.join(this.folder, "refs", ...revision.split("/"));
  }
}

/** Size of a file, links followed; undefined if there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? stats.size : undefined;
}

async function replace(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = path.join(path.dirname(file), `.tmp-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await write(temporary);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A failure of the file system in a plain sentence; any other error as it is. */
export function cacheError(error: unknown, cacheDir: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new HubError(
      `${cacheDir}: the disk is full (${code}). Make room, or put the cache elsewhere with HF_HOME. What has arrived is kept.`,
      "cache",
      { cause: error },
    );
  }
  if (error instanceof HubError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new HubError(
    `${cacheDir}: the cache cannot be used: ${message}. Choose another folder with HF_HOME or HF_HUB_CACHE.`,
    "cache",
    { cause: error },
  );
}
