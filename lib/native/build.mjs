/**
 * Builds the native engine's addon with node-gyp, if a compiler and oneDNN are there; else one line says what is missing,
 * and the engine `wasm` runs instead. npm runs it when the package is installed, `npx finetune build` by hand.
 *
 *   node native/build.mjs [--verbose] [--sanitize=address|thread] [--quiet]
 *
 * With --sanitize the addon is built beside the usual one, with AddressSanitizer or ThreadSanitizer. With --quiet nothing is
 * downloaded, nothing is an error, and nothing is said where there is nothing to build with.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { runToEnd } from "./run-to-end.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(import.meta.url);

/** A sanitized build has a place of its own. */
const placeOf = (sanitize) => (sanitize ? join(folder, "sanitized", sanitize) : folder);
const SANITIZERS = { address: "AddressSanitizer", thread: "ThreadSanitizer" };
export const addonFile = (sanitize) => join(placeOf(sanitize), "build", "Release", "finetune_native.node");

const stampOf = (sanitize) => join(placeOf(sanitize), "build", ".built-from");
/** Why the last build did not come about. */
const notBuilt = join(folder, "build", ".not-built");

export const GAIN = "The default run trains about six times faster with it.";

/** What stands in the way; the message is a line for the user. */
class Missing extends Error {}

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
  if (builtFingerprint(sanitize) === fingerprint(sanitize) && (sanitize || loads())) return true;
  if (process.platform === "win32") return false;
  try {
    await requirePackages(command, provide);
    if (quiet && !findNodeHeaders()) throw new Missing(`Node's headers are not there. Run ${command}.`);
    await compile({ command, sanitize, quiet, verbose });
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

/** Whether what it was linked with is still there. */
function loads() {
  try {
    process.dlopen({ exports: {} }, addonFile());
    return true;
  } catch {
    return false;
  }
}

function builtFingerprint(sanitize) {
  const stamp = stampOf(sanitize);
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
}

/** Node-API is the same for all versions of Node, so that the version does not count. */
function fingerprint(sanitize) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${sanitize}\n`);
  const sources = readdirSync(join(folder, "src")).sort();
  for (const file of ["binding.gyp", ...sources.map((name) => join("src", name))]) {
    hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex");
}

const works = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** What is missing, by Debian's package names. */
function missingPackages() {
  const missing = [];
  if (!works(process.env.CXX ?? "c++", "--version")) missing.push("g++");
  if (!works("make", "--version")) missing.push("make");
  if (!works(process.env.PYTHON ?? "python3", "--version")) missing.push("python3");
  if (!findDnnl()) missing.push("libdnnl-dev");
  return missing;
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

export function isDebian() {
  if (!existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
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

/** Node's own headers, so that node-gyp has nothing to download; undefined if there are none. */
function findNodeHeaders() {
  const candidates = [
    process.env.npm_config_nodedir,
    dirname(dirname(process.execPath)),
    "/usr",
    "/usr/local",
  ];
  return candidates.find((prefix) => prefix && existsSync(join(prefix, "include", "node", "node_api.h")));
}

/** node-gyp: beside this package, or the one that npm brings and names to the scripts that it runs. */
function findNodeGyp() {
  const candidates = [
    () => require.resolve("node-gyp/bin/node-gyp.js"),
    () => process.env.npm_config_node_gyp,
    () =>
      join(dirname(dirname(process.execPath)), "lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js"),
  ];
  for (const candidate of candidates) {
    try {
      const file = candidate();
      if (file && existsSync(file)) return file;
    } catch {
      // Not installed here.
    }
  }
  throw new Missing("there is no node-gyp. npm brings one: npx finetune build.");
}

async function compile({ command, sanitize, quiet, verbose }) {
  const dnnl = findDnnl();
  const napi = packageFile("node-addon-api/napi.h");
  const gyp = findNodeGyp();
  const headers = findNodeHeaders();
  const place = buildPlace();
  const at = (name, target) => {
    symlinkSync(target, join(place, name));
    return join(place, name);
  };
  at("src", join(folder, "src"));
  copyFileSync(join(folder, "binding.gyp"), join(place, "binding.gyp"));
  // Options that node-gyp does not know become variables of binding.gyp.
  const options = [
    "-j",
    "max",
    `--directory=${place}`,
    `--node_addon_api_include=${at("napi", dirname(napi))}`,
    `--dnnl_libraries=${dnnl.libraries}`,
    `--sanitize=${sanitize ?? "none"}`,
    ...(dnnl.include ? [`--dnnl_include=${dnnl.include}`] : []),
    ...(headers ? [`--nodedir=${at("node", headers)}`] : []),
  ];
  const source = fingerprint(sanitize);
  const started = Date.now();
  const say = (text) => !quiet && process.stdout.write(text);
  say(`Building the native engine${sanitize ? ` with ${SANITIZERS[sanitize]}` : ""} … `);
  const { code, output } = await runToEnd(process.execPath, [gyp, "rebuild", ...options], { verbose });
  if (code === 0) {
    mkdirSync(dirname(addonFile(sanitize)), { recursive: true });
    // Beside it and renamed: a process that has the old one loaded keeps it.
    const fresh = `${addonFile(sanitize)}.${process.pid}`;
    copyFileSync(join(place, "build", "Release", "finetune_native.node"), fresh);
    renameSync(fresh, addonFile(sanitize));
  }
  rmSync(place, { recursive: true, force: true });
  if (code === 0) {
    writeFileSync(stampOf(sanitize), source);
    say(`done (${seconds(started)})\n`);
    return;
  }
  say("failed\n");
  const error =
    output.split("\n").find((line) => /error:|cannot find|ERR! stack/i.test(line)) ??
    output.trim().split("\n").at(-1);
  const why = headers
    ? error.trim()
    : `Node's headers are not there and could not be downloaded (${error.trim()})`;
  throw new Missing(
    `${why}. To see all of it: ${command}${command.startsWith("npm run") ? " --" : ""} --verbose.`,
  );
}

/** A new folder whose path make can read: it takes blanks and brackets of the project's own for more than they are. */
function buildPlace() {
  const parent = [tmpdir(), "/tmp"].find((path) => /^[\w./+@-]+$/.test(path) && existsSync(path));
  if (parent === undefined)
    throw new Missing(`there is no folder for temporary files that make can read (${tmpdir()}).`);
  return mkdtempSync(join(parent, "finetune-native-"));
}

function packageFile(name) {
  try {
    return require.resolve(name);
  } catch {
    throw new Missing(`the package ${name.split("/")[0]} is not installed.`);
  }
}

const seconds = (started) => `${((Date.now() - started) / 1000).toFixed(0)} s`;

/** As a program. @param options as of {@link buildNative} */
export async function main(options) {
  const has = (name) => process.argv.includes(name);
  const sanitize = Object.keys(SANITIZERS).find((name) => has(`--sanitize=${name}`));
  const quiet = has("--quiet");
  const isBuilt = await buildNative({ ...options, sanitize, quiet, verbose: has("--verbose") });
  if (isBuilt && !quiet) {
    console.log(`The native engine is built: ${relative(process.cwd(), addonFile(sanitize))}`);
  }
  process.exitCode = isBuilt || quiet ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
