import { extname } from "node:path";

/** The flags of this process that load TypeScript; a process started from source needs them too. */
export function loaderFlags(): string[] {
  if (extname(__filename) === ".js") return [];
  const flags: string[] = [];
  process.execArgv.forEach((flag, i, all) => {
    if (/^--(import|require|loader)=/.test(flag)) flags.push(flag);
    if (/^(--import|--require|--loader|-r)$/.test(flag)) flags.push(flag, all[i + 1] ?? "");
  });
  return flags;
}
