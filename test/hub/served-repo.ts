import { createHash } from "node:crypto";

export interface ServedFile {
  content: Buffer;
  /** In large storage, as files with git LFS or Xet are. Default false. */
  large?: boolean;
  /** What listings say instead of its digest. */
  listedAs?: string;
}

export interface ServedRepo {
  type: "model" | "dataset";
  name: string;
  /** Other names that redirect to this one, as "glue" does to "nyu-mll/glue". */
  aliases?: string[];
  /** What a branch or tag holds. Without one named main, there is no main. */
  revisions: Record<string, Record<string, ServedFile>>;
  /** Needs this token. A missing or wrong one is answered as the Hub does. */
  gated?: { token: string };
  /** Of the last commit that was sent. */
  lastMessage?: string;
  /** Is shown to this token only. */
  private?: { token: string };
}

export const sha1 = (...parts: (string | Buffer)[]) => digest("sha1", parts);
export const sha256 = (...parts: (string | Buffer)[]) => digest("sha256", parts);

export function digest(algorithm: string, parts: (string | Buffer)[]): string {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

export function gitBlobHash(content: Buffer): string {
  return sha1(`blob ${content.length}\0`, content);
}

export function etagOf({ content, large }: ServedFile): string {
  return large ? sha256(content) : gitBlobHash(content);
}

/** The commit of a revision: follows from its content, as git's does. */
export function commitOf(repo: ServedRepo, revision: string): string {
  const files = Object.entries(repo.revisions[revision]!).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha1(repo.name, ...files.map(([path, file]) => `${path} ${etagOf(file)}\n`));
}

/** What git itself holds of a large file. */
export function pointerOf({ content }: ServedFile): Buffer {
  return Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`,
  );
}
