/**
 * `npm test`: set-up, type check, lint, format check, then every test. With arguments only the test files whose
 * path contains one of them, and nothing else: `npm test -- datasets`.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { asProgram, root, setUp } from "./setup.mjs";
import { runnerFlags, testFiles } from "./test-files.mjs";

const bin = (name, ...path) => join(root, "node_modules", name, ...path);

const CHECKS = [
  ["Type check", [bin("typescript", "bin", "tsc"), "-p", "tsconfig.json"]],
  ["Lint", [bin("eslint", "bin", "eslint.js"), "."]],
  ["Format check", [bin("prettier", "bin", "prettier.cjs"), "--check", "--log-level=warn", "."]],
];

/** Runs a script of Node in the root, its output on this terminal. @returns its exit code */
function node(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
    child.once("error", (error) => {
      console.error(error);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

await asProgram(async () => {
  const filters = process.argv.slice(2);
  await setUp();
  const files = testFiles(filters);
  if (files.length === 0) {
    console.error(
      `No test file under ${relative(process.cwd(), join(root, "test")) || "test"} matches ${filters.join(" ")}.`,
    );
    return 1;
  }
  if (filters.length === 0) {
    for (const [name, args] of CHECKS) {
      console.log(`${name} …`);
      const code = await node(args);
      if (code !== 0) return code;
    }
  }
  // Each file is a process; tests that start kernels have a second one.
  const concurrency = Math.max(1, Math.min(4, availableParallelism()));
  return node([...runnerFlags(concurrency), ...files]);
});
