/**
 * Runs the native engine's tests as a processor of another kind would: with AVX2 at most, which is what most laptops have,
 * and with the basic instructions of x86-64. Tests of what such a processor lacks (bf16) are skipped. A minute each.
 *
 *   npm run test:instruction-sets [-- FILTER …]     default: the tests of the addon, of its backend and of all ops
 */
import { spawnSync } from "node:child_process";

import { root } from "./setup.mjs";
import { runnerFlags, testFiles } from "./test-files.mjs";

const FILTERS = ["engines/kernel-library/", "engines/fused/", "ops/"];

const asked = process.argv.slice(2);
const files = testFiles(asked.length > 0 ? asked : FILTERS);
for (const name of ["AVX2", "basic"]) {
  console.log(`FINETUNE_MAX_ISA=${name}`);
  const env = { ...process.env, FINETUNE_MAX_ISA: name };
  const { status } = spawnSync(process.execPath, [...runnerFlags(), ...files], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  if (status !== 0) process.exit(status ?? 1);
}
