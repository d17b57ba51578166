import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigError } from "finetune-ts";
import { jupyterDataDir } from "./jupyter-paths";
import { makeFolder, writeWhole } from "./whole-file";

export interface KernelspecPlace {
  /** Folder name under `kernels/`; what a notebook's `kernelspec.name` says. Default "finetune-ts". */
  name?: string;
  /** Installs into `<prefix>/share/jupyter` instead of the user's folder. */
  prefix?: string;
  /** Installs into the Python environment that is active now: its `sys.prefix`. */
  sysPrefix?: boolean;
}

const ASSETS = join(__dirname, "..", "..", "assets", "kernelspec");

/**
 * Starts the kernel by absolute paths, whatever PATH says. After an upgrade of Node.js (nvm and Homebrew give each
 * version a folder of its own) it looks for the new one, and says what to do where there is none.
 */
function startScript(node: string, script: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh
# Written by "finetune install-kernel".
node=${quote(node)}
script=${quote(script)}
if [ ! -x "$node" ]; then
  found=$(command -v node || ls -t "$HOME"/.nvm/versions/node/*/bin/node /opt/homebrew/bin/node /usr/local/bin/node /usr/bin/node 2>/dev/null | head -n 1)
  if [ -z "$found" ]; then
    echo "The TypeScript kernel cannot start: Node.js is no longer at $node, and there is none on PATH." >&2
    echo "Install Node.js 20 or later and run again: npx finetune install-kernel" >&2
    exit 1
  fi
  echo "Node.js is no longer at $node; using $found. To make that lasting: npx finetune install-kernel" >&2
  node=$found
fi
if [ ! -e "$script" ]; then
  echo "The TypeScript kernel cannot start: finetune-ts is no longer at $script." >&2
  echo "Run again where it lies now: npx finetune install-kernel" >&2
  exit 1
fi
exec "$node" "$script" kernel --connection-file "$1"
`;
}

/**
 * Tells Jupyter how to start this kernel.
 *
 * @param script the `finetune` command's script
 * @returns      the kernelspec's file
 */
export function installKernelspec(script: string, place: KernelspecPlace = {}): string {
  const folder = kernelspecFolder(place);
  const file = join(folder, "kernel.json");
  const windows = process.platform === "win32";
  const argv = windows
    ? [process.execPath, resolve(script), "kernel", "--connection-file", "{connection_file}"]
    : ["/bin/sh", join(folder, "start.sh"), "{connection_file}"];
  const spec = {
    argv,
    display_name: "TypeScript (finetune-ts)",
    language: "typescript",
    interrupt_mode: windows ? "message" : "signal",
    metadata: { debugger: false },
  };
  try {
    makeFolder(folder);
    if (!windows)
      writeWhole(join(folder, "start.sh"), startScript(process.execPath, resolve(script)), { mode: 0o755 });
    for (const logo of readdirSync(ASSETS)) copyFileSync(join(ASSETS, logo), join(folder, logo));
    writeWhole(file, JSON.stringify(spec, null, 2) + "\n");
  } catch (cause) {
    throw new ConfigError(`cannot write the kernelspec into ${folder}: ${(cause as Error).message}`, {
      cause,
    });
  }
  return file;
}

/** Takes the kernelspec away again. @returns its folder */
export function removeKernelspec(place: KernelspecPlace = {}): string {
  const folder = kernelspecFolder(place);
  if (!existsSync(join(folder, "kernel.json"))) throw new ConfigError(`there is no kernelspec in ${folder}`);
  rmSync(folder, { recursive: true });
  return folder;
}

function kernelspecFolder({ name = "finetune-ts", prefix, sysPrefix = false }: KernelspecPlace): string {
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) {
    throw new ConfigError(
      `a kernel's name has letters, digits, ".", "_" and "-" only: "${name}" does not do`,
    );
  }
  if (sysPrefix && prefix !== undefined)
    throw new ConfigError("--prefix and --sys-prefix say two different places");
  const chosen = sysPrefix ? pythonPrefix() : prefix;
  if (chosen !== undefined && !existsSync(chosen)) throw new ConfigError(`there is no folder ${chosen}`);
  const data = chosen === undefined ? jupyterDataDir() : join(resolve(chosen), "share", "jupyter");
  return join(data, "kernels", name);
}

/** The folder of the active Python environment. */
function pythonPrefix(): string {
  const { VIRTUAL_ENV, CONDA_PREFIX } = process.env;
  if (VIRTUAL_ENV || CONDA_PREFIX) return (VIRTUAL_ENV || CONDA_PREFIX)!;
  for (const python of ["python3", "python"]) {
    try {
      return execFileSync(python, ["-c", "import sys; print(sys.prefix)"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    } catch {
      // Not under this name.
    }
  }
  throw new ConfigError("--sys-prefix: no Python environment is active, and there is no python3 on PATH");
}
