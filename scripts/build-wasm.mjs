/**
 * Compiles the kernels of lib/native to WebAssembly, into lib/assets/wasm, where they are checked in: a machine that runs
 * them needs no compiler. The compiler is zig's clang, in one version, so that the same sources give the same bytes
 * everywhere.
 *
 *   npm run build:wasm [-- --check]
 *
 * With --check nothing is written: the exit code says whether the files that are there are those that come out.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ZIG = "0.17.1";

const folder = fileURLToPath(new URL("../lib/native", import.meta.url));
const assets = fileURLToPath(new URL("../lib/assets/wasm", import.meta.url));

const BASIC = "generic+simd128+atomics+bulk_memory+nontrapping_fptoint+sign_ext";

/** By file: what is expected of whoever runs it. Node has relaxed SIMD from 22 on. */
const FEATURES = { "kernels.wasm": BASIC, "kernels.relaxed-simd.wasm": `${BASIC}+relaxed_simd` };

/** What stands in for these is in wasm/; the addon's own memory for tensors has nothing to do there. */
const NOT_IN_WASM = [
  ...[
    "addon.cc",
    "dnnl_compat.cc",
    "failure.cc",
    "few_rows.cc",
    "few_rows_bfloat16.cc",
    "instruction_set.cc",
    "mapped_file.cc",
    "matmul.cc",
  ],
  ...["memory.cc", "segment.cc", "small_product.cc", "transpose.cc"],
];

const FLAGS = [
  ...["-target", "wasm32-wasi"],
  ...["-std=gnu++17", "-O3", "-fno-exceptions", "-fno-rtti", "-fno-math-errno", "-fno-trapping-math"],
  ...["-Wall", "-Wextra", "-Werror", "-Wno-psabi", "-mexec-model=reactor", "-s"],
  // As many pages as lib/src/engines/wasm/module.ts gives the memory.
  "-Wl,--import-memory,--shared-memory,--max-memory=4294901760,--export=__stack_pointer,-z,stack-size=1048576",
];

/** zig as `python3 -m ziglang` (of $PYTHON) or by its own name. @returns the command, or undefined */
function findZig() {
  const python = process.env.PYTHON ?? "python3";
  const candidates = [[python, "-m", "ziglang"], ["zig"]];
  return candidates.find(([command, ...args]) => {
    const { status, stdout } = spawnSync(command, [...args, "version"], { encoding: "utf8" });
    return status === 0 && stdout.trim() === ZIG;
  });
}

function sources() {
  const shared = readdirSync(join(folder, "src")).filter((name) => name.endsWith(".cc"));
  const own = readdirSync(join(folder, "wasm")).filter((name) => name.endsWith(".cc"));
  return [
    ...shared.filter((name) => !NOT_IN_WASM.includes(name)).map((name) => join("src", name)),
    ...own.map((name) => join("wasm", name)),
  ].sort();
}

function compile(zig, features, output) {
  const [command, ...args] = [
    ...zig,
    "c++",
    `-mcpu=${features}`,
    ...FLAGS,
    "-I",
    "wasm/include",
    "-I",
    "src",
  ];
  const { status } = spawnSync(command, [...args, "-o", output, ...sources()], {
    cwd: folder,
    stdio: "inherit",
  });
  return status === 0;
}

/** @returns whether the file is, or is now, what the sources give */
function bringUpToDate(name, zig) {
  const work = mkdtempSync(join(tmpdir(), "build-wasm-"));
  try {
    const output = join(work, name);
    if (!compile(zig, FEATURES[name], output)) return false;
    const bytes = readFileSync(output);
    const target = join(assets, name);
    const shown = relative(process.cwd(), target);
    if (existsSync(target) && readFileSync(target).equals(bytes)) {
      console.log(`${shown} is up to date (${bytes.length} bytes).`);
    } else if (process.argv.includes("--check")) {
      console.error(`${shown} is not what the sources give. Run npm run build:wasm and check it in.`);
      return false;
    } else {
      writeFileSync(target, bytes);
      console.log(`${shown}: ${bytes.length} bytes.`);
    }
    return true;
  } finally {
    rmSync(work, { recursive: true });
  }
}

const zig = findZig();
if (!zig) {
  console.error(
    `There is no zig ${ZIG}. To have it: python3 -m venv DIR && DIR/bin/pip install ziglang==${ZIG}, then ` +
      "PYTHON=DIR/bin/python npm run build:wasm.",
  );
}
if (!zig || !Object.keys(FEATURES).every((name) => bringUpToDate(name, zig))) process.exitCode = 1;
