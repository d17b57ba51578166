/**
 * Runs the native engine's tests on a build of the addon that a sanitizer watches: AddressSanitizer and
 * UndefinedBehaviorSanitizer, which stop a test at the first access outside an array, or ThreadSanitizer, which stops it when
 * two threads touch the same memory without an order between them. The usual build stays as it is. Needs gcc; some minutes.
 *
 *   npm run test:sanitized [-- FILTER …]     default: the tests of the addon, of its backend and of all ops
 *   npm run test:races [-- FILTER …]         default: the tests of the addon, and of two worker threads at once
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

import { addonFile } from "../lib/native/build.mjs";
import { buildNative } from "./build-native.mjs";
import { root } from "./setup.mjs";
import { runnerFlags, testFiles } from "./test-files.mjs";

const SANITIZERS = {
  address: {
    libraries: ["libasan.so", "libubsan.so"],
    filters: ["engines/kernel-library/", "engines/fused/", "engines/workers", "ops/"],
    environment: {
      // Node frees little at its end; and a test asks for more memory than there is.
      ASAN_OPTIONS: `detect_leaks=0:allocator_may_return_null=1:halt_on_error=1:${process.env.ASAN_OPTIONS ?? ""}`,
      UBSAN_OPTIONS: `print_stacktrace=1:halt_on_error=1:${process.env.UBSAN_OPTIONS ?? ""}`,
    },
    command: [],
  },
  thread: {
    libraries: ["libtsan.so"],
    filters: ["engines/kernel-library/", "engines/workers"],
    environment: {
      // Node and oneDNN are not built for it: what they do by themselves is not looked at.
      TSAN_OPTIONS: `ignore_noninstrumented_modules=1:report_signal_unsafe=0:allocator_may_return_null=1:halt_on_error=1:exitcode=66:${process.env.TSAN_OPTIONS ?? ""}`,
    },
    // It wants its memory where random addresses may have put something else.
    command: ["setarch", "-R"],
  },
};

/** Node's own program is not sanitized, so that the libraries have to be there before anything else. */
function preloaded(names) {
  const libraries = names.map((name) => {
    const { stdout } = spawnSync(process.env.CXX ?? "c++", [`-print-file-name=${name}`], {
      encoding: "utf8",
    });
    return stdout?.trim() ?? "";
  });
  const missing = libraries.filter((file) => !isAbsolute(file) || !existsSync(file));
  if (missing.length > 0) throw new Error(`The compiler has no ${names.join(" and ")}; gcc brings them.`);
  return libraries.join(":");
}

function main(sanitize, asked) {
  const { libraries, filters, environment, command } = SANITIZERS[sanitize];
  const env = {
    ...process.env,
    ...environment,
    FINETUNE_NATIVE_ADDON: addonFile(sanitize),
    LD_PRELOAD: preloaded(libraries),
  };
  const node = (args) => {
    const [program, ...rest] = [...command, process.execPath, ...args];
    return spawnSync(program, rest, { cwd: root, env, stdio: "inherit" }).status ?? 1;
  };
  // Tests skip what does not load; here it has to.
  const loads = `console.log("Loaded:", require(${JSON.stringify(addonFile(sanitize))}).description())`;
  if (node(["-e", loads]) !== 0) return 1;
  const files = testFiles(asked.length > 0 ? asked : filters);
  if (files.length === 0) throw new Error(`No test file matches ${asked.join(" ")}.`);
  return node([...runnerFlags(2), ...files.map((file) => join(root, file))]);
}

const asked = process.argv.slice(2);
const sanitize = asked[0] === "--races" ? "thread" : "address";
if (process.platform !== "linux") {
  console.error("The sanitizers are for Linux.");
  process.exitCode = 1;
} else if (!(await buildNative({ retry: true, sanitize }))) process.exitCode = 1;
else {
  try {
    process.exitCode = main(
      sanitize,
      asked.filter((each) => each !== "--races"),
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
