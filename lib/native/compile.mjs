/** What the builds of both addons share: tools that have to be there, and node-gyp. */
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
import { basename, dirname, join } from "node:path";

import { runToEnd } from "./run-to-end.mjs";

const require = createRequire(import.meta.url);

/** What stands in the way; the message is a line for the user. */
export class Missing extends Error {}

export const works = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** What every build needs and is not there, by Debian's package names. */
export function missingTools() {
  const missing = [];
  if (!works(process.env.CXX ?? "c++", "--version")) missing.push("g++");
  if (!works("make", "--version")) missing.push("make");
  if (!works(process.env.PYTHON ?? "python3", "--version")) missing.push("python3");
  return missing;
}

export function isDebian() {
  if (!existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
}

/**
 * Of what an addon is made of. Node-API is the same for all versions of Node, so that the version does not count.
 *
 * @param gyp      its binding.gyp
 * @param folders  with its sources
 * @param more     what else it depends on
 */
export function fingerprint(gyp, folders, more = "") {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${more}\n`);
  const sources = folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  );
  for (const file of [gyp, ...sources]) hash.update(`${basename(file)}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

const stampOf = (file) => join(dirname(dirname(file)), ".built-from");

/** What a file has been built from, as {@link compile} noted it. */
export function builtFrom(file) {
  const stamp = stampOf(file);
  return existsSync(file) && existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
}

/** Whether an addon can be loaded: what it was linked with may have gone. */
export function loads(file) {
  try {
    process.dlopen({ exports: {} }, file);
    return true;
  } catch {
    return false;
  }
}

/** Node's own headers, so that node-gyp has nothing to download; undefined if there are none. */
export function findNodeHeaders() {
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

/**
 * Builds an addon.
 *
 * @param options.title      what is said to be built
 * @param options.gyp        its binding.gyp
 * @param options.folders    with its sources, by the names that binding.gyp has for them
 * @param options.variables  of binding.gyp, by name
 * @param options.source     its {@link fingerprint}
 * @param options.file       where it goes
 * @param options.command    how it is built by hand
 * @param options.quiet      not a word
 * @throws {Missing} where it did not come about
 */
export async function compile({ title, gyp, folders, variables, source, file, command, quiet, verbose }) {
  const napi = packageFile("node-addon-api/napi.h");
  const nodeGyp = findNodeGyp();
  const headers = findNodeHeaders();
  const place = buildPlace();
  const at = (name, target) => {
    symlinkSync(target, join(place, name));
    return join(place, name);
  };
  for (const [name, folder] of Object.entries(folders)) at(name, folder);
  copyFileSync(gyp, join(place, "binding.gyp"));
  // Options that node-gyp does not know become variables of binding.gyp.
  const options = [
    ...["-j", "max", `--directory=${place}`, `--node_addon_api_include=${at("napi", dirname(napi))}`],
    ...Object.entries(variables).map(([name, value]) => `--${name}=${value}`),
    ...(headers ? [`--nodedir=${at("node", headers)}`] : []),
  ];
  const started = Date.now();
  const say = (text) => !quiet && process.stdout.write(text);
  say(`Building ${title} … `);
  const { code, output } = await runToEnd(process.execPath, [nodeGyp, "rebuild", ...options], { verbose });
  if (code === 0) {
    mkdirSync(dirname(file), { recursive: true });
    // Beside it and renamed: a process that has the old one loaded keeps it.
    const fresh = `${file}.${process.pid}`;
    copyFileSync(join(place, "build", "Release", basename(file)), fresh);
    renameSync(fresh, file);
  }
  rmSync(place, { recursive: true, force: true });
  if (code === 0) {
    writeFileSync(stampOf(file), source);
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
