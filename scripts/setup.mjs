/**
 * Set-up: installs the packages and builds the library, each only when needed. `npm start` and `npm test` begin
 * with it; it says one line for each thing that it does and nothing when there is nothing to do.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { buildMpi, buildNative } from "./build-native.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));

const MINUTE = 60_000;

/** Ends the program with a message for the user. */
export class SetupError extends Error {}

const inRoot = (...parts) => join(root, ...parts);

/** Makes everything ready to run. @throws {SetupError} saying what to do */
export async function setUp() {
  requireNode();
  const isInstalled = existsSync(installedStamp) && readFileSync(installedStamp, "utf8") === lockHash();
  if (!isInstalled) await installPackages();
  if (builtFingerprint() !== sourceFingerprint()) await buildLibrary();
  await buildNative();
  await buildMpi();
}

function requireNode() {
  const { engines } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  if (satisfies(process.versions.node, engines.node)) return;
  throw new SetupError(
    `finetune-ts needs Node.js ${engines.node}; this is ${process.version}.\n` +
      "Install a current one from https://nodejs.org and try again.",
  );
}

/** Whether a version is in a range such as "^20.19.0 || >=24". The package that knows all ranges is not installed yet. */
function satisfies(version, range) {
  const numbers = (text) => text.split(".").map(Number);
  const [major, minor] = numbers(version);
  return range.split("||").some((part) => {
    const [, sign, from] = /^\s*(\^|>=)(\d+(?:\.\d+)*)\s*$/.exec(part);
    const [fromMajor, fromMinor = 0] = numbers(from);
    if (major === fromMajor) return minor >= fromMinor;
    return sign === ">=" && major > fromMajor;
  });
}

/** Written after an install: which lock file it followed. */
const installedStamp = inRoot("node_modules", ".finetune-setup");

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(inRoot("package-lock.json")))
    .digest("hex");

async function installPackages() {
  if (!existsSync(inRoot("node_modules", "finetune-ts-notebook")) || !isCurrent()) {
    const started = Date.now();
    process.stdout.write("Installing packages (npm ci) … ");
    // No scripts of theirs: .npmrc says why.
    await npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], 30 * MINUTE);
    console.log(`done (${seconds(started)})`);
  }
  // Machines that ZeroMQ brings no binary for have to compile it.
  if (!(await loads("zeromq"))) await npm(["rebuild", "zeromq", "--ignore-scripts=false"], 15 * MINUTE);
  writeFileSync(installedStamp, lockHash());
}

/** Whether `npm ci` by hand has followed the lock file: npm's own record is newer then. */
function isCurrent() {
  const record = inRoot("node_modules", ".package-lock.json");
  return existsSync(record) && statSync(record).mtimeMs >= statSync(inRoot("package-lock.json")).mtimeMs;
}

function npm(args, timeout) {
  // Under `npm start` npm says where it lies itself; elsewhere it is looked for as any command.
  const own = process.env.npm_execpath;
  if (own?.endsWith(".js")) return run(process.execPath, [own, ...args], { timeout });
  return run("npm", args, { timeout, shell: process.platform === "win32" });
}

async function loads(name) {
  return run(process.execPath, ["-e", `require(${JSON.stringify(name)})`], { timeout: MINUTE }).then(
    () => true,
    () => false,
  );
}

const builtStamp = inRoot("lib", "dist", ".built-from");

function builtFingerprint() {
  return existsSync(builtStamp) ? readFileSync(builtStamp, "utf8") : "";
}

/** Changes whenever a source file is changed, added, renamed or removed. */
function sourceFingerprint() {
  const hash = createHash("sha256");
  const add = (file) => {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else add(path);
    }
  };
  for (const workspace of ["lib", "notebook"]) {
    walk(inRoot(workspace, "src"));
    add(inRoot(workspace, "tsconfig.json"));
  }
  for (const file of [
    "tsconfig.json",
    "package-lock.json",
    join("scripts", "build.mjs"),
    join("scripts", "bundle-browser.mjs"),
  ])
    add(inRoot(file));
  return hash.digest("hex");
}

async function buildLibrary() {
  const started = Date.now();
  process.stdout.write("Building the library … ");
  // Taken before: a file that is saved while the compiler runs is built the next time.
  const fingerprint = sourceFingerprint();
  await run(process.execPath, [inRoot("scripts", "build.mjs")], { timeout: 10 * MINUTE });
  writeFileSync(builtStamp, fingerprint);
  console.log(`done (${seconds(started)})`);
}

const seconds = (started) => `${((Date.now() - started) / 1000).toFixed(0)} s`;

/** Runs a command in silence; what it printed is shown when it fails. */
function run(command, args, { timeout, shell = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, shell, timeout, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    child.stdout.on("data", (data) => (printed += data));
    child.stderr.on("data", (data) => (printed += data));
    const fail = (reason) => reject(new SetupError(`failed: ${reason}\n\n${printed.trim()}\n`));
    child.once("error", (error) => fail(`cannot start ${command}: ${error.message}`));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else if (signal === "SIGTERM")
        fail(`${command} ${args[0]} was ended after ${timeout / MINUTE} minutes`);
      else fail(`${[command, ...args].join(" ")} ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}

/** Runs `work` and makes what it resolves to, or its failure, the exit code. */
export async function asProgram(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await asProgram(async () => {
    await setUp();
    return 0;
  });
}
