import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { test } from "node:test";
import { jupyterDataDir } from "../../notebook/src/kernel/jupyter-paths";
import { installKernelspec, removeKernelspec } from "../../notebook/src/kernel/kernelspec";
import { temporaryFolder } from "./runner/temporary-notebook";

const script = resolve(__dirname, "../../lib/bin/finetune.js");
const onPosix = { skip: process.platform === "win32" && "the start script is for POSIX shells" };

test("the kernelspec names absolute paths, so that it starts without a PATH", (t) => {
  const prefix = temporaryFolder(t);
  const file = installKernelspec("lib/bin/finetune.js", { prefix });
  assert.equal(file, join(prefix, "share", "jupyter", "kernels", "finetune-ts", "kernel.json"));
  const spec = JSON.parse(readFileSync(file, "utf8")) as {
    argv: string[];
    language: string;
    display_name: string;
  };
  assert.ok(
    spec.argv.slice(0, 2).every((each) => isAbsolute(each)),
    spec.argv.join(" "),
  );
  assert.equal(spec.argv.at(-1), "{connection_file}");
  assert.equal(spec.language, "typescript");
  assert.equal(spec.display_name, "TypeScript (finetune-ts)");
  for (const logo of ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"]) {
    assert.ok(existsSync(join(dirname(file), logo)), logo);
  }
});

test("its start script runs the command that installed it", onPosix, (t) => {
  const prefix = temporaryFolder(t);
  const fake = join(prefix, "it's a script.js");
  writeFileSync(fake, "console.log(process.argv.slice(2).join(' '))");
  const start = join(dirname(installKernelspec(fake, { prefix })), "start.sh");
  const said = execFileSync("/bin/sh", [start, "c.json"], { encoding: "utf8", env: {} });
  assert.equal(said, "kernel --connection-file c.json\n");
});

test("a Node.js that is gone is looked for, and missed with a word", onPosix, (t) => {
  const prefix = temporaryFolder(t);
  const start = join(dirname(installKernelspec(script, { prefix })), "start.sh");
  writeFileSync(start, readFileSync(start, "utf8").replace(process.execPath, "/gone/node"));
  const run = (PATH: string) =>
    spawnSync("/bin/sh", [start, "/no/c.json"], { encoding: "utf8", env: { PATH } });
  const found = run(`${dirname(process.execPath)}:/usr/bin:/bin`);
  assert.match(found.stderr, /Node\.js is no longer at \/gone\/node; using .*install-kernel/);
  assert.match(found.stderr, /cannot read the connection file/);
  writeFileSync(start, readFileSync(start, "utf8").replace(/found=.*/, "found="));
  const missed = run("/nowhere");
  assert.match(missed.stderr, /cannot start: Node\.js is no longer at \/gone\/node/);
  assert.equal(missed.status, 1);
});

test("a package that is gone is missed with a word", onPosix, (t) => {
  const prefix = temporaryFolder(t);
  const start = join(dirname(installKernelspec("/gone/finetune.js", { prefix })), "start.sh");
  const { stderr, status } = spawnSync("/bin/sh", [start, "c.json"], { encoding: "utf8" });
  assert.match(stderr, /finetune-ts is no longer at \/gone\/finetune\.js/);
  assert.equal(status, 1);
});

test("it can go into the active Python environment, and away again", (t) => {
  const environment = temporaryFolder(t);
  const before = process.env.VIRTUAL_ENV;
  process.env.VIRTUAL_ENV = environment;
  t.after(() => (before === undefined ? delete process.env.VIRTUAL_ENV : (process.env.VIRTUAL_ENV = before)));
  const file = installKernelspec(script, { sysPrefix: true, name: "mine" });
  assert.equal(file, join(environment, "share", "jupyter", "kernels", "mine", "kernel.json"));
  assert.equal(removeKernelspec({ sysPrefix: true, name: "mine" }), dirname(file));
  assert.equal(existsSync(dirname(file)), false);
  assert.throws(() => removeKernelspec({ sysPrefix: true, name: "mine" }), /no kernelspec/);
});

test("a name that would leave the folder and a prefix that is not there are refused", () => {
  assert.throws(() => installKernelspec("f.mjs", { name: "../evil" }), /letters, digits/);
  assert.throws(() => installKernelspec("f.mjs", { name: ".." }), /letters, digits/);
  assert.throws(() => installKernelspec("f.mjs", { prefix: "/no/such/prefix" }), /no folder/);
});

test("Jupyter's data folder is found where Jupyter looks", () => {
  assert.equal(jupyterDataDir({ JUPYTER_DATA_DIR: "/d" }, "linux"), "/d");
  assert.equal(jupyterDataDir({ XDG_DATA_HOME: "/x" }, "linux"), join("/x", "jupyter"));
  assert.match(jupyterDataDir({}, "linux"), /\.local.share.jupyter$/);
  assert.match(jupyterDataDir({}, "darwin"), /Library.Jupyter$/);
  assert.equal(jupyterDataDir({ APPDATA: "A" }, "win32"), join("A", "jupyter"));
});
