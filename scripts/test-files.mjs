import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

import { root } from "./setup.mjs";

/**
 * Arguments for Node by which its test runner runs files. A file that has not ended after a quarter of an hour is
 * ended and counts as failed: a time-out within a test does not hear of a process that stays when all tests are done.
 */
export const runnerFlags = (concurrency = 1) => [
  ...["--import", "tsx", "--test", "--test-reporter=spec"],
  ...[`--test-concurrency=${concurrency}`, `--test-timeout=${15 * 60_000}`],
];

/** The test files whose path contains one of the filters; all of them without any. Relative to the root. */
export function testFiles(filters) {
  const folder = join(root, "test");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((file) => join("test", String(file)))
    .filter((file) => file.endsWith(".test.ts"))
    .filter(
      (file) => filters.length === 0 || filters.some((part) => file.split(sep).join("/").includes(part)),
    )
    .sort();
}
