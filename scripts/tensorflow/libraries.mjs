import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Interrupted, run, SetupError, step } from "./commands.mjs";

const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/** Wheels of TensorFlow differ by Python version only in their Python part, which is not used here. */
const OTHER_PYTHONS = ["3.13", "3.12", "3.11", "3.10"];

/** The folder beside the package that says its version: tensorflow-2.21.0.dist-info, tensorflow_cpu-…. */
const METADATA = /^tensorflow(_cpu)?-.*\.dist-info$/;

const UNPACK = fileURLToPath(new URL("unpack.py", import.meta.url));

const PYTHON = "Python 3 with pip is needed; --python says which.";

const INDEX = "Another package index: --index-url URL. A wheel at hand: --wheel FILE.";

/** Looks whether the sources that the options name are there, before anything is downloaded. */
export async function checkSources(options, signal) {
  if (options.tensorflow !== undefined) return void inspect(path.resolve(options.tensorflow));
  if (options.wheel !== undefined && !existsSync(options.wheel)) {
    throw new SetupError(`There is no wheel ${path.resolve(options.wheel)}.`);
  }
  const question = options.wheel === undefined ? ["-m", "pip", "--version"] : ["--version"];
  await run(options.python, question, { signal, hint: PYTHON });
}

/**
 * TensorFlow's libraries and C headers, from wherever the options say.
 *
 * @returns `directory` with both libraries, `include`, `version`, `origin` for the record, and `linked`: whether the
 *          libraries stay where they are (an installed Python package) instead of lying below `home`
 */
export async function provideLibraries({ home, scratch, options, signal }) {
  if (options.tensorflow !== undefined) return installedPackage(path.resolve(options.tensorflow));
  const sitePackages = path.join(home, "site-packages");
  mkdirSync(sitePackages);
  if (options.gpu && options.wheel === undefined) {
    await pipInstall(sitePackages, options, signal);
  } else {
    const wheel = options.wheel ? path.resolve(options.wheel) : await pipDownload(scratch, options, signal);
    step(`Unpacking ${path.basename(wheel)}: libraries and C headers`);
    await run(options.python, [UNPACK, wheel, sitePackages], {
      signal,
      hint: "Is it a wheel of TensorFlow?",
    });
  }
  const directory = path.join(sitePackages, "tensorflow");
  return { ...inspect(directory), linked: false, origin: options.wheel ?? requirement(options) };
}

function requirement({ package: spec, gpu }) {
  return spec ?? (gpu ? "tensorflow[and-cuda]" : "tensorflow-cpu");
}

/** The user's pip configuration holds; these come on top. */
function pipSources(options) {
  return ["index-url", "extra-index-url", "find-links"].flatMap((name) =>
    options[name].flatMap((value) => [`--${name}`, value]),
  );
}

async function pipDownload(scratch, options, signal) {
  const spec = requirement(options);
  const folder = path.join(scratch, "wheels");
  const common = [
    "-m",
    "pip",
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "-d",
    folder,
    ...pipSources(options),
  ];
  step(`Downloading the wheel of ${spec} with pip (260 MB and more)`);
  let failure;
  for (const version of [undefined, ...OTHER_PYTHONS]) {
    const target = version === undefined ? [] : ["--python-version", version];
    try {
      await run(options.python, [...common, ...target, spec], { signal, hint: INDEX });
      const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
      return path.join(folder, wheel);
    } catch (error) {
      if (error instanceof Interrupted || !/No matching distribution/.test(error.message)) throw error;
      failure ??= error;
      if (version === undefined) step("No wheel for this Python version; looking for those of others");
    }
  }
  throw failure;
}

/** The CUDA libraries are wheels of their own, which TensorFlow's libraries find beside them. */
async function pipInstall(sitePackages, options, signal) {
  const spec = requirement(options);
  step(`Installing ${spec} with pip into a folder of its own (about 3 GB)`);
  const args = [
    "-m",
    "pip",
    "install",
    "--no-compile",
    "--target",
    sitePackages,
    ...pipSources(options),
    spec,
  ];
  await run(options.python, args, { signal, hint: INDEX });
  // Only the libraries are used: nvidia/ as it is, of the rest what `inspect` and the compiler look at.
  for (const name of readdirSync(sitePackages)) {
    if (name === "nvidia" || name === "tensorflow" || METADATA.test(name)) continue;
    rmSync(path.join(sitePackages, name), { recursive: true });
  }
  const tensorflow = path.join(sitePackages, "tensorflow");
  for (const name of readdirSync(tensorflow)) {
    if (name === "include" || name.startsWith("libtensorflow")) continue;
    rmSync(path.join(tensorflow, name), { recursive: true });
  }
}

function installedPackage(directory) {
  step(`Using the TensorFlow in ${directory}, where it is`);
  return { ...inspect(directory), linked: true, origin: directory };
}

function inspect(directory) {
  const missing = LIBRARIES.filter((name) => !existsSync(path.join(directory, name)));
  const include = path.join(directory, "include");
  if (!existsSync(path.join(include, "tensorflow/c/eager/c_api.h")))
    missing.push("include/tensorflow/c/eager/c_api.h");
  if (missing.length > 0) {
    throw new SetupError(
      `No usable TensorFlow in ${directory}: ${missing.join(" and ")} missing. ` +
        "It must be the tensorflow folder of the Python package, version 2.x for Linux.",
    );
  }
  return { directory, include, version: versionBeside(directory) };
}

function versionBeside(directory) {
  const parent = path.dirname(directory);
  for (const name of readdirSync(parent).filter((each) => METADATA.test(each))) {
    const metadata = readFileSync(path.join(parent, name, "METADATA"), "utf8");
    const version = /^Version: (.+)$/m.exec(metadata)?.[1];
    if (version) return version;
  }
  return "of unknown version";
}
