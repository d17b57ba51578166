#!/usr/bin/env node
/**
 * Puts a TensorFlow engine in place, in .tensorflow/: tfjs-node's JavaScript, its binding compiled against the libraries
 * of a current TensorFlow wheel, and those libraries. See docs/tensorflow.md.
 *
 * All of it grows in a folder of its own beside the final one and is moved there once it has multiplied two matrices;
 * whatever goes wrong before (Ctrl-C too), that folder is removed and an earlier installation stays as it was.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkCompiler, compileBinding } from "./tensorflow/binding.mjs";
import { Interrupted, interruptible, SetupError, step } from "./tensorflow/commands.mjs";
import { checkSources, provideLibraries } from "./tensorflow/libraries.mjs";
import { fetchPackage, patchPackage } from "./tensorflow/package.mjs";
import { verify } from "./tensorflow/verify.mjs";

const PROJECT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const PARTIAL = ".tensorflow.partial-";

const USAGE = `Usage: npm run setup:tensorflow -- [options]

Builds a TensorFlow engine in .tensorflow/ (Linux; needs a C++ compiler and Python 3 with pip).

  --gpu                     CUDA: tensorflow[and-cuda] instead of tensorflow-cpu
  --package SPEC            another pip requirement, such as tensorflow-cpu==2.20.0
  --wheel FILE              take the libraries from this wheel instead of asking pip
  --tensorflow DIR          use the installed Python package in DIR (…/site-packages/tensorflow), without a copy
  --index-url URL           handed to pip, as are --extra-index-url and --find-links
  --python COMMAND          which Python to use (default: python3)
  --force                   build again although one is in place
  --remove                  take the engine away again
  --help                    this text
`;

function readArguments(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      gpu: { type: "boolean", default: false },
      package: { type: "string" },
      wheel: { type: "string" },
      tensorflow: { type: "string" },
      "index-url": { type: "string", multiple: true, default: [] },
      "extra-index-url": { type: "string", multiple: true, default: [] },
      "find-links": { type: "string", multiple: true, default: [] },
      python: { type: "string", default: "python3" },
      force: { type: "boolean", default: false },
      remove: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      // For the tests: where the engine goes. It must lie below the folder whose node_modules holds tfjs.
      directory: { type: "string", default: path.join(PROJECT, ".tensorflow") },
    },
  });
  const sources = ["package", "wheel", "tensorflow"].filter((name) => values[name] !== undefined);
  if (sources.length > 1) throw new SetupError(`Choose one of --${sources.join(", --")}.`);
  return { ...values, directory: path.resolve(values.directory) };
}

/** Folders of runs that were killed outright: their process is gone. */
function removeLeftovers(directory) {
  const parent = path.dirname(directory);
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    if (!name.startsWith(PARTIAL)) continue;
    try {
      process.kill(Number(name.slice(PARTIAL.length)), 0);
    } catch (error) {
      if (error.code !== "ESRCH") continue;
      step(`Removing ${name}, left by an earlier run that was killed`);
      rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/** Swaps the finished folder in; the earlier one, if any, goes only after that. */
function moveIntoPlace(finished, directory, scratch) {
  const earlier = path.join(scratch, "earlier");
  if (existsSync(directory)) renameSync(directory, earlier);
  try {
    renameSync(finished, directory);
  } catch (error) {
    if (existsSync(earlier)) renameSync(earlier, directory);
    throw error;
  }
}

async function build(options, scratch, signal) {
  step("Looking for a C++ compiler and TensorFlow's source");
  await checkCompiler(signal);
  await checkSources(options, signal);

  const home = path.join(scratch, "tensorflow");
  mkdirSync(home, { recursive: true });
  // Git and the like see nothing of this folder, wherever it stands.
  writeFileSync(path.join(scratch, ".gitignore"), "*\n");
  writeFileSync(path.join(home, ".gitignore"), "*\n");

  const tfjsNode = await fetchPackage({ home, gpu: options.gpu, project: PROJECT, signal });
  const libraries = await provideLibraries({ home, scratch, options, signal });
  patchPackage(tfjsNode.directory);
  await compileBinding({ home, tfjsNode, libraries, signal });
  const description = {
    name: "finetune-ts-tensorflow",
    private: true,
    description: "The tensorflow engine of finetune-ts, made by npm run setup:tensorflow",
    main: path.join("node_modules", tfjsNode.name, "dist/index.js"),
    tensorflow: { version: libraries.version, package: tfjsNode.name, libraries: libraries.origin },
  };
  writeFileSync(path.join(home, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  step("Running a matrix product and a gradient on it");
  return { home, report: await verify(home, PROJECT, signal) };
}

function describe({ version, device, threads, milliseconds }) {
  const speed = `1024 x 1024 matrix product in ${milliseconds.toFixed(1)} ms`;
  return `TensorFlow ${version} on ${device === "GPU" ? "the GPU" : `${threads} CPU threads`}, ${speed}`;
}

/** Tries what stands there already, and says what it found. */
async function isInPlace({ directory, gpu }, shown, signal) {
  try {
    const report = await verify(directory, PROJECT, signal);
    if (gpu && !report.package.endsWith("-gpu")) {
      step(`What stands in ${shown} was built for the CPU; building it for the GPU`);
      return false;
    }
    step(`Already in place in ${shown}: ${describe(report)}. --force builds it again.`);
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    step(`What stands in ${shown} cannot be used. ${error.message.split("\n")[0]}. Building it again`);
    return false;
  }
}

async function main(options, signal) {
  const { directory } = options;
  const shown = path.relative(process.cwd(), directory) || directory;
  removeLeftovers(directory);
  if (options.remove) {
    rmSync(directory, { recursive: true, force: true });
    return step(`Removed ${shown}`);
  }
  if (process.platform !== "linux") {
    throw new SetupError(
      `This set-up was made for Linux; TensorFlow's wheels for ${process.platform} were not tried. ` +
        "The other engines (native, webgpu, wasm) do not need it.",
    );
  }
  if (existsSync(directory) && !options.force && (await isInPlace(options, shown, signal))) return;
  const scratch = path.join(path.dirname(directory), `${PARTIAL}${process.pid}`);
  try {
    mkdirSync(scratch, { recursive: true });
    const { home, report } = await build(options, scratch, signal);
    moveIntoPlace(home, directory, scratch);
    step(`Done: ${describe(report)}, in ${shown}. FINETUNE_ENGINE=tensorflow chooses it.`);
    if (options.gpu && report.device !== "GPU") {
      step("But TensorFlow found no GPU: check `nvidia-smi` and the driver. Until then it runs on the CPU.");
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await interruptible((signal) => main(options, signal));
} catch (error) {
  if (error instanceof Interrupted) {
    console.error("\nInterrupted; nothing was changed.");
    process.exitCode = 130;
  } else if (error instanceof SetupError || error.code?.startsWith("ERR_PARSE_ARGS")) {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
