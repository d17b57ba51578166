/**
 * Runs the engines' tests as a processor of another kind would: with AVX2 at most, which is what most laptops have, and
 * with the basic instructions of x86-64; and as a later Node does, whose WebAssembly has relaxed SIMD. Tests of what such
 * a processor lacks (bf16) are skipped. A minute each.
 *
 *   npm run test:instruction-sets [-- FILTER …]     default: the tests of the kernels, of their backend and of all ops
 */
import { spawnSync } from "node:child_process";

import { root } from "./setup.mjs";
import { runnerFlags, testFiles } from "./test-files.mjs";

const FILTERS = ["engines/kernel-library/", "engines/wasm/module", "engines/fused/", "ops/"];

const RUNS = [
  { title: "FINETUNE_MAX_ISA=AVX2", env: { FINETUNE_MAX_ISA: "AVX2" } },
  { title: "FINETUNE_MAX_ISA=basic", env: { FINETUNE_MAX_ISA: "basic" } },
];
// Node 20 has it and does not offer it; later ones use it anyway.
if (process.versions.node.startsWith("20.")) {
  RUNS.push({ title: "WebAssembly's relaxed SIMD", flags: ["--experimental-wasm-relaxed-simd"] });
}

const asked = process.argv.slice(2);
const files = testFiles(asked.length > 0 ? asked : FILTERS);
for (const { title, env, flags = [] } of RUNS) {
  console.log(title);
  const options = { cwd: root, stdio: "inherit", env: { ...process.env, ...env } };
  const { status } = spawnSync(process.execPath, [...flags, ...runnerFlags(), ...files], options);
  if (status !== 0) process.exit(status ?? 1);
}
