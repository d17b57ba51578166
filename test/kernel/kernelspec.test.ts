import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { test } from "node:test";
import { installKernelspec, jupyterDataDir } from "../../lib/src/kernel/kernelspec";
import { temporaryFolder } from "./runner/temporary-notebook";

test("the kernelspec names absolute paths, so that it starts without a PATH", (t) => {
  const prefix = temporaryFolder(t);
  const file = installKernelspec("lib/bin/finetune.js", { prefix });
  assert.equal(file, join(prefix, "share", "jupyter", "kernels", "finetune-ts", "kernel.json"));
  const spec = JSON.parse(readFileSync(file, "utf8")) as {
    argv: string[];
    language: string;
    display_name: string;
  };
  const [node = "", script = "", ...rest] = spec.argv;
  assert.equal(node, process.execPath);
  assert.ok(isAbsolute(script) && script.endsWith("finetune.js"), script);
  assert.deepEqual(rest, ["kernel", "--connection-file", "{connection_file}"]);
  assert.equal(spec.language, "typescript");
  assert.equal(spec.display_name, "TypeScript (finetune-ts)");
});

test("a name that would leave the folder and a prefix that is not there are refused", () => {
  assert.throws(() => installKernelspec("f.mjs", { name: "../evil" }), /letters, digits/);
  assert.throws(() => installKernelspec("f.mjs", { prefix: "/no/such/prefix" }), /no folder/);
});

test("Jupyter's data folder is found where Jupyter looks", () => {
  assert.equal(jupyterDataDir({ JUPYTER_DATA_DIR: "/d" }, "linux"), "/d");
  assert.equal(jupyterDataDir({ XDG_DATA_HOME: "/x" }, "linux"), join("/x", "jupyter"));
  assert.match(jupyterDataDir({}, "linux"), /\.local.share.jupyter$/);
  assert.match(jupyterDataDir({}, "darwin"), /Library.Jupyter$/);
  assert.equal(jupyterDataDir({ APPDATA: "A" }, "win32"), join("A", "jupyter"));
});
