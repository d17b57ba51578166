/**
 * Runs the native engine's tests on a build of the addon with AddressSanitizer and UndefinedBehaviorSanitizer, which
 * stop a test at the first access outside an array. The usual build stays as it is. Needs gcc; about two minutes.
 *
 *   npm run test:sanitized [-- FILTER …]     default: the tests of the addon, of its backend and of all ops
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

import { addonFile, buildNative } from "./build-native.mjs";
import { root } from "./setup.mjs";
import { testFiles } from "./test-files.mjs";

const FILTERS = ["engines/kernel-library/", "engines/fused/", "ops/"];

/** Node's own program is not sanitized, so that the libraries have to be there before anything else. */
function preloaded() {
  const libraries = ["libasan.so", "libubsan.so"].map((name) => {
    const { stdout } = spawnSync(process.env.CXX ?? "c++", [`-print-file-name=${name}`], {
      encoding: "utf8",
    });
    return stdout?.trim() ?? "";
  });
  const missing = libraries.filter((file) => !isAbsolute(file) || !existsSync(file));
  if (missing.length > 0) throw new Error("The compiler has no libasan.so and libubsan.so; gcc brings them.");
  return libraries.join(":");
}

function main(filters) {
  const node = (args) => spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" }).status ?? 1;
  const env = {
    ...process.env,
    FINETUNE_NATIVE_ADDON: addonFile(true),
    LD_PRELOAD: preloaded(),
    // Node frees little at its end; and a test asks for more memory than there is.
    ASAN_OPTIONS: `detect_leaks=0:allocator_may_return_null=1:halt_on_error=1:${process.env.ASAN_OPTIONS ?? ""}`,
    UBSAN_OPTIONS: `print_stacktrace=1:halt_on_error=1:${process.env.UBSAN_OPTIONS ?? ""}`,
  };
  // Tests skip what does not load; here it has to.
  const loads = `console.log("Loaded:", require(${JSON.stringify(addonFile(true))}).description())`;
  if (node(["-e", loads]) !== 0) return 1;
  const files = testFiles(filters.length > 0 ? filters : FILTERS);
  if (files.length === 0) throw new Error(`No test file matches ${filters.join(" ")}.`);
  const flags = ["--import", "tsx", "--test", "--test-reporter=spec", "--test-concurrency=2"];
  return node([...flags, ...files.map((file) => join(root, file))]);
}

if (process.platform !== "linux") {
  console.error("npm run test:sanitized is for Linux.");
  process.exitCode = 1;
} else if (!(await buildNative({ retry: true, sanitize: true }))) process.exitCode = 1;
else {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
