import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const ROOT = path.resolve(__dirname, "../..");

/** The workspace packages, by their folders. */
export const PACKAGES = ["lib", "notebook"] as const;

/** A new folder outside of the repository, so that nothing of it is found by walking up; and how to remove it. */
export function emptyFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), `finetune-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Packs a workspace as `npm publish` would, without building it anew. @returns the tarball's file */
export function pack(workspace: string, destination: string): string {
  mkdirSync(destination, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const printed = execFileSync("npm", args, { cwd: path.join(ROOT, workspace), encoding: "utf8" });
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  return path.join(destination, filename);
}
