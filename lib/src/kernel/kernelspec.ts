import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ConfigError } from "../errors";
import { writeWhole } from "./runner/notebook-file";

export interface KernelspecOptions {
  /** Folder name under `kernels/`; what a notebook's `kernelspec.name` says. Default "finetune-ts". */
  name?: string;
  /** Installs into `<prefix>/share/jupyter` (a virtual environment) instead of the user's folder. */
  prefix?: string;
}

/** Jupyter's data folder of this user, as `jupyter --data-dir` prints it. */
export function jupyterDataDir(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (platform === "win32") return join(env.APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}

/**
 * Tells Jupyter how to start this kernel, with absolute paths: it starts whatever PATH says.
 *
 * @param script the `finetune` command's script
 * @returns      the kernelspec's file
 */
export function installKernelspec(
  script: string,
  { name = "finetune-ts", prefix }: KernelspecOptions = {},
): string {
  if (!/^[\w.-]+$/.test(name)) {
    throw new ConfigError(
      `a kernel's name has letters, digits, ".", "_" and "-" only: "${name}" does not do`,
    );
  }
  if (prefix !== undefined && !existsSync(prefix)) throw new ConfigError(`there is no folder ${prefix}`);
  const data = prefix === undefined ? jupyterDataDir() : join(resolve(prefix), "share", "jupyter");
  const file = join(data, "kernels", name, "kernel.json");
  const spec = {
    argv: [process.execPath, resolve(script), "kernel", "--connection-file", "{connection_file}"],
    display_name: "TypeScript (finetune-ts)",
    language: "typescript",
    interrupt_mode: process.platform === "win32" ? "message" : "signal",
    metadata: { debugger: false },
  };
  writeWhole(file, JSON.stringify(spec, null, 2) + "\n");
  return file;
}
