/**
 * Builds the native engine's addon as lib/native/build.mjs does, and on Debian and Ubuntu, as root, installs what is missing
 * first and says so (on a terminal it asks); with FINETUNE_NO_INSTALL=1 it does not.
 *
 *   npm run build:native [-- --verbose] [-- --sanitize=address|thread]
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { buildMpi as buildForMpi } from "../lib/native/build-mpi.mjs";
import { buildNative as build, GAIN, main } from "../lib/native/build.mjs";
import { installPackages, isInstallDeclined, mayInstall } from "./system-packages.mjs";

/** Written when packages could not be installed, so that not every start tries again. */
const installFailed = fileURLToPath(new URL("../lib/native/build/.install-failed", import.meta.url));

/** @returns why there is nothing of it, to follow on what is missing; undefined: it is there */
async function provide(packages, isThere, retry) {
  if (!mayInstall() || (existsSync(installFailed) && !retry)) return "";
  if (isInstallDeclined()) return ", and nothing is installed because FINETUNE_NO_INSTALL is set";
  const failure = await installPackages(packages, { purpose: "the native engine", gain: GAIN, isThere });
  if (failure === undefined) return undefined;
  // Not tried again at every start.
  mkdirSync(dirname(installFailed), { recursive: true });
  writeFileSync(installFailed, "");
  return `, and ${failure}`;
}

const optionsOf = (retry) => ({
  command: "npm run build:native",
  provide: (packages, isThere) => provide(packages, isThere, retry),
});

/** @see buildNative of lib/native/build.mjs, which has the options */
export const buildNative = (options) => build({ ...optionsOf(false), ...options });

/** @see buildMpi of lib/native/build-mpi.mjs: the addon by which training runs on several machines, where MPI is there */
export const buildMpi = () => buildForMpi(optionsOf(false));

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(optionsOf(true));
