import { extname } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The flags of this process that load TypeScript; a process started from source needs them too. Packages are named by
 * their files, for the other process may start in another folder.
 */
export function loaderFlags(): string[] {
  if (extname(__filename) === ".js") return [];
  const flags: string[] = [];
  process.execArgv.forEach((flag, i, all) => {
    const [, name, value = all[i + 1] ?? ""] =
      /^(--import|--require|--loader|-r)(?:=(.*))?$/.exec(flag) ?? [];
    if (name !== undefined) flags.push(name, located(value, name === "--import" || name === "--loader"));
  });
  return flags;
}

function located(specifier: string, asUrl: boolean): string {
  if (/^[./]|^file:/.test(specifier)) return specifier;
  const file = require.resolve(specifier);
  return asUrl ? pathToFileURL(file).href : file;
}
