/**
 * Builds the native engine's addon with node-gyp, if a compiler and oneDNN are there; else one line says what is missing,
 * and the engine `wasm` runs instead. And the addon that speaks MPI, where there is one. npm runs it when the package is
 * installed, `npx finetune build` by hand.
 *
 *   node native/build.mjs [--verbose] [--sanitize=address|thread] [--quiet]
 *
 * With --sanitize the addon is built beside the usual one, with AddressSanitizer or ThreadSanitizer. With --quiet nothing is
 * downloaded, nothing is an error, and nothing is said where there is nothing to build with.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { buildMpi, mpiAddonFile } from "./build-mpi.mjs";
import {
  builtFrom,
  compile,
  findNodeHeaders,
  fingerprint,
  isDebian,
  loads,
  Missing,
  missingTools,
} from "./compile.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** A sanitized build has a place of its own. */
const placeOf = (sanitize) => (sanitize ? join(folder, "sanitized", sanitize) : folder);
const SANITIZERS = { address: "AddressSanitizer", thread: "ThreadSanitizer" };
export const addonFile = (sanitize) => join(placeOf(sanitize), "build", "Release", "finetune_native.node");

const SOURCES = join(folder, "src");
const GYP = join(folder, "binding.gyp");
/** Why the last build did not come about. */
const notBuilt = join(folder, "build", ".not-built");

export const GAIN = "The default run trains about six times faster with it.";

/**
 * Builds the addon unless it is built from these sources already. Never fails: without it, another engine runs.
 *
 * @param options.sanitize  "address" or "thread": a build with that sanitizer
 * @param options.command   how it is built by hand
 * @param options.provide   brings packages of the system, by Debian's names; answers undefined, or why not: ", and …"
 * @param options.quiet     not a word, and no download of Node's headers
 * @returns whether it is there now
 */
export async function buildNative({
  command = "npx finetune build",
  provide,
  sanitize,
  quiet = false,
  verbose = false,
} = {}) {
  const file = addonFile(sanitize);
  const source = fingerprint(GYP, [SOURCES], sanitize);
  if (builtFrom(file) === source && (sanitize || loads(file))) return true;
  if (process.platform === "win32") return false;
  try {
    await requirePackages(command, provide);
    if (quiet && !findNodeHeaders()) throw new Missing(`Node's headers are not there. Run ${command}.`);
    const { include, libraries } = findDnnl();
    await compile({
      title: `the native engine${sanitize ? ` with ${SANITIZERS[sanitize]}` : ""}`,
      ...{ gyp: GYP, folders: { src: SOURCES }, source, file, command, quiet, verbose },
      variables: {
        dnnl_libraries: libraries,
        sanitize: sanitize ?? "none",
        ...(include && { dnnl_include: include }),
      },
    });
    return true;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    if (!quiet) console.log(`The native engine is not built: ${error.message} ${GAIN}`);
    if (!sanitize) noteReason(error.message);
    return false;
  }
}

/** For whoever asks why another engine runs: `finetune doctor` reads it. */
function noteReason(reason) {
  mkdirSync(dirname(notBuilt), { recursive: true });
  writeFileSync(notBuilt, reason);
}

/** What is missing, by Debian's package names. */
function missingPackages() {
  return [...missingTools(), ...(findDnnl() ? [] : ["libdnnl-dev"])];
}

/** @throws {Missing} if something is missing and is not brought */
async function requirePackages(command, provide) {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const names = missing.map((name) => ({ "g++": "C++ compiler", "libdnnl-dev": "oneDNN" })[name] ?? name);
  const what = `there is no ${names.join(", no ")}`;
  const how = isDebian()
    ? `sudo apt-get install ${missing.join(" ")}`
    : "install it (oneDNN: onednn in Homebrew, or set DNNLROOT)";
  const why = provide ? await provide(missing, () => missingPackages().length === 0) : "";
  if (why !== undefined) throw new Missing(`${what}${why}. To have it: ${how}, then ${command}.`);
}

/** Where oneDNN's headers and library are: DNNLROOT, pkg-config, or where CMake would look. */
function findDnnl() {
  const { DNNLROOT, CMAKE_PREFIX_PATH = "" } = process.env;
  const at = (prefix) => {
    if (!existsSync(join(prefix, "include", "dnnl.hpp"))) return undefined;
    const library = ["lib", "lib64"].map((name) => join(prefix, name)).find(hasDnnlLibrary);
    const flags = library ? [`-L${library}`, `-Wl,-rpath,${library}`] : [];
    return { include: join(prefix, "include"), libraries: [...flags, "-ldnnl"].join(" ") };
  };
  if (DNNLROOT) return at(DNNLROOT);
  const packaged = spawnSync("pkg-config", ["--cflags-only-I", "--libs", "dnnl"], { encoding: "utf8" });
  if (packaged.status === 0) {
    const flags = packaged.stdout.trim().split(/\s+/);
    const include = flags.find((flag) => flag.startsWith("-I"))?.slice(2) ?? "";
    return { include, libraries: flags.filter((flag) => !flag.startsWith("-I")).join(" ") };
  }
  const prefixes = [
    ...CMAKE_PREFIX_PATH.split(delimiter).filter(Boolean),
    ...["/usr", "/usr/local", "/opt/homebrew", "/opt/homebrew/opt/onednn", "/usr/local/opt/onednn"],
    "/opt/intel/oneapi/dnnl/latest",
  ];
  for (const prefix of prefixes) {
    const found = at(prefix);
    // The compiler looks in /usr by itself, and asked to look there first it loses its own headers.
    if (found) return prefix === "/usr" ? { include: "", libraries: "-ldnnl" } : found;
  }
  return undefined;
}

const hasDnnlLibrary = (directory) =>
  existsSync(directory) && readdirSync(directory).some((name) => /^libdnnl\.(so|dylib|a)/.test(name));

/** As a program. @param options as of {@link buildNative} */
export async function main(options) {
  const has = (name) => process.argv.includes(name);
  const sanitize = Object.keys(SANITIZERS).find((name) => has(`--sanitize=${name}`));
  const flags = { quiet: has("--quiet"), verbose: has("--verbose") };
  const isBuilt = await buildNative({ ...options, ...flags, sanitize });
  if (isBuilt && !flags.quiet) {
    console.log(`The native engine is built: ${relative(process.cwd(), addonFile(sanitize))}`);
  }
  const speaksMpi = !sanitize && (await buildMpi({ ...options, ...flags }));
  if (speaksMpi && !flags.quiet) {
    console.log(`The addon for MPI is built: ${relative(process.cwd(), mpiAddonFile)}`);
  }
  process.exitCode = isBuilt || flags.quiet ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
