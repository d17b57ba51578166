import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

/** A stand-in for apt-get in the PATH: what set-up makes of its answers. */

const SCRIPTS = path.resolve(__dirname, "../../scripts");
const folder = mkdtempSync(path.join(tmpdir(), "finetune-apt-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Attempt {
  printed: string;
  /** What was asked of apt-get, a line each. */
  asked: string[];
}

function attempt(
  apt: string,
  { isThere = true, timeout = 60_000, newsEvery = 60_000, terminal = "" } = {},
): Attempt {
  const log = path.join(folder, "log");
  writeFileSync(log, "");
  writeFileSync(path.join(folder, "apt-get"), `#!/bin/sh\necho "$@" >> '${log}'\n${apt}\n`);
  chmodSync(path.join(folder, "apt-get"), 0o755);
  const options = `{ purpose: "the engine", gain: "It is faster.", isThere: () => ${isThere}, timeout: ${timeout}, newsEvery: ${newsEvery} }`;
  const source =
    `import { installPackages } from ${JSON.stringify(path.join(SCRIPTS, "system-packages.mjs"))};` +
    `console.log("result:", await installPackages(["g++", "libdnnl-dev"], ${options}));`;
  const script = path.join(folder, "script.mjs");
  writeFileSync(script, source);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  // `script` gives the process a terminal.
  const [command, args] = terminal
    ? ["script", ["-qec", `${process.execPath} ${script}`, "/dev/null"]]
    : [process.execPath, [script]];
  const { stdout } = spawnSync(command, args, { env, encoding: "utf8", input: terminal, timeout: 60_000 });
  return { printed: stdout, asked: readFileSync(log, "utf8").trim().split("\n").filter(Boolean) };
}

const INSTALL = "install -y --no-install-recommends g++ libdnnl-dev";

test("what is missing is installed, and said in a line", () => {
  const { printed, asked } = attempt("exit 0");
  assert.match(
    printed,
    /^Installing g\+\+, libdnnl-dev for the engine \(apt-get\) … done \(\d+ s\)\nresult: undefined\n$/,
  );
  assert.deepEqual(asked, [INSTALL]);
});

test("old lists of packages are brought up to date, once", () => {
  const { printed, asked } = attempt('case "$1" in update) touch "$0.updated";; esac; [ -e "$0.updated" ]');
  assert.match(printed, /done/);
  assert.deepEqual(asked, [INSTALL, "update", INSTALL]);
});

test("a failure is said with the command", () => {
  assert.match(attempt("exit 100").printed, /failed\nresult: apt-get install g\+\+ libdnnl-dev failed\n$/);
  assert.match(attempt("exit 0", { isThere: false }).printed, /failed\nresult: apt-get install .* failed\n$/);
});

test("what takes long says so, is interrupted in the end, and not begun again", () => {
  const { printed, asked } = attempt("exec sleep 30", { timeout: 1500, newsEvery: 500 });
  assert.match(printed, /\n {2}still at it after \d+ s, of 1\.5 s at most … /);
  assert.match(printed, /failed\nresult: apt-get install g\+\+ libdnnl-dev did not end within 1\.5 s\n$/);
  assert.deepEqual(asked, [INSTALL]);
});

test("one that does not listen is left to itself", () => {
  const started = Date.now();
  const { printed } = attempt('trap "" INT; sleep 40', { timeout: 500 });
  assert.match(printed, /did not end within 0\.5 s/);
  assert.ok(Date.now() - started < 35_000);
});

test("FINETUNE_NO_INSTALL declines", () => {
  // A project that is not built yet, on a machine without a compiler.
  const project = path.join(folder, "project");
  cpSync(SCRIPTS, path.join(project, "scripts"), { recursive: true });
  for (const part of [
    "src",
    "binding.gyp",
    "build.mjs",
    "build-mpi.mjs",
    "compile.mjs",
    "mpi/binding.gyp",
    "mpi/src",
    "run-to-end.mjs",
  ]) {
    const place = path.join("lib/native", part);
    cpSync(path.join(SCRIPTS, "..", place), path.join(project, place), { recursive: true });
  }
  attempt("exit 100"); // makes the stand-in, and an empty log
  const log = path.join(folder, "log");
  writeFileSync(log, "");
  const env = {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    CXX: path.join(folder, "no-compiler"),
    FINETUNE_NO_INSTALL: "1",
  };
  const { stdout, status } = spawnSync(process.execPath, [path.join(project, "scripts/build-native.mjs")], {
    env,
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stdout, /^The native engine is not built: there is no C\+\+ compiler/);
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version"))
    assert.match(
      stdout,
      /nothing is installed because FINETUNE_NO_INSTALL is set\. To have it: sudo apt-get install g\+\+/,
    );
  assert.equal(readFileSync(log, "utf8"), "");
});

const noScript =
  spawnSync("script", ["--version"]).status === 0 ? false : "no `script`, which gives a terminal";

test("on a terminal it is asked, and no is no", { skip: noScript }, () => {
  const no = attempt("exit 0", { terminal: "n\n" });
  assert.match(
    no.printed,
    /g\+\+, libdnnl-dev would be installed with apt-get\. It is faster\. Install\? \[Y\/n\]/,
  );
  assert.match(no.printed, /result: it is not to be installed/);
  assert.deepEqual(no.asked, []);
  assert.deepEqual(attempt("exit 0", { terminal: "\n" }).asked, [INSTALL]);
});
