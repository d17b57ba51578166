/** Builds the addon by which training runs on several machines, with the MPI whose `mpicc` is found ($MPICC names another). */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  builtFrom,
  compile,
  findNodeHeaders,
  fingerprint,
  loads,
  Missing,
  missingTools,
} from "./compile.mjs";

const folder = fileURLToPath(new URL("mpi", import.meta.url));

export const mpiAddonFile = join(folder, "build", "Release", "finetune_mpi.node");

/**
 * What MPI's compiler passes to the compiler and the linker.
 *
 * @returns undefined where there is no MPI
 */
function findMpi() {
  // Open MPI and MPICH both know -show.
  const { status, stdout } = spawnSync(process.env.MPICC ?? "mpicc", ["-show"], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const [, ...flags] = stdout.trim().split(/\s+/);
  const isLibrary = (flag) => /^-(l|L|Wl)/.test(flag);
  return {
    cflags: flags.filter((flag) => /^-(I|D)/.test(flag)).join(" "),
    libraries: flags.filter(isLibrary).join(" "),
  };
}

/**
 * Builds the addon unless it is built from these sources with this MPI already. Nothing is said where there is no MPI: few have a
 * use for it.
 *
 * @param options.command  how it is built by hand
 * @param options.quiet    not a word, and no download of Node's headers
 * @returns whether it is there now
 */
export async function buildMpi({ command = "npx finetune build", quiet = false, verbose = false } = {}) {
  const mpi = findMpi();
  if (!mpi || missingTools().length > 0 || (quiet && !findNodeHeaders())) return false;
  const gyp = join(folder, "binding.gyp");
  const folders = { src: join(folder, "src"), shared: fileURLToPath(new URL("src", import.meta.url)) };
  const source = fingerprint(gyp, Object.values(folders), `${mpi.cflags} ${mpi.libraries}`);
  if (builtFrom(mpiAddonFile) === source && loads(mpiAddonFile)) return true;
  try {
    await compile({
      title: "the addon for MPI",
      ...{ gyp, folders, source, file: mpiAddonFile, command, quiet, verbose },
      variables: { mpi_cflags: mpi.cflags, mpi_libraries: mpi.libraries },
    });
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    if (!quiet) console.log(`Training on several machines is not to be had: ${error.message}`);
    return false;
  }
  return true;
}
