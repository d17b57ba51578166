import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { run, SetupError, step } from "./commands.mjs";

const NETWORK = "Is the npm registry within reach?";

/** The four C headers of Node-API, from the npm registry: the same for every Node, and no download from nodejs.org. */
const NODE_API_HEADERS = "1.9.0";

/**
 * Fetches tfjs-node without running its install script, and the two packages that its JavaScript needs at run time.
 *
 * `@tensorflow/tfjs` is left out on purpose: `home` lies inside the project, so that Node finds the project's own copy.
 * A second one would register the backend in a registry that the library never asks.
 */
export async function fetchPackage({ home, gpu, project, signal }) {
  const name = gpu ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const { version } = createRequire(path.join(project, "lib/package.json"))("@tensorflow/tfjs/package.json");
  step(`Fetching ${name}@${version} from the npm registry, without its install script`);
  // A package.json makes this folder npm's root: without one it would look upwards and find the project's.
  writeFileSync(path.join(home, "package.json"), '{ "private": true }\n');
  const options = { cwd: home, signal, hint: NETWORK };
  const packed = await run("npm", ["pack", "--json", "--ignore-scripts", `${name}@${version}`], options);
  const archive = path.join(home, Object.values(JSON.parse(packed))[0].filename);
  const directory = path.join(home, "node_modules", name);

  const unpacked = path.join(home, "unpacked");
  mkdirSync(unpacked);
  await run("tar", ["-xzf", archive, "--strip-components=1", "-C", unpacked], { signal });
  const { dependencies } = JSON.parse(readFileSync(path.join(unpacked, "package.json"), "utf8"));
  const needed = ["google-protobuf", "progress"].map((each) => `${each}@${dependencies[each]}`);
  const install = [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `node-api-headers@${NODE_API_HEADERS}`,
  ];
  await run("npm", [...install, ...needed], options);

  mkdirSync(path.dirname(directory), { recursive: true });
  await run("mv", [unpacked, directory], { signal });
  rmSync(archive);
  rmSync(path.join(home, "package-lock.json"));
  return { name, version, directory, headers: path.join(home, "node_modules/node-api-headers/include") };
}

/** Changes to the installed copy: [file, what stands there, what must stand there]. */
const PATCHES = [
  // node-pre-gyp would only compute this path, at the price of forty packages and a deprecation warning.
  [
    "dist/index.js",
    `var binary = require('@mapbox/node-pre-gyp');
var bindingPath = binary.find(path.resolve(path.join(__dirname, '/../package.json')));`,
    `var bindingPath = path.join(__dirname, '../lib/tfjs_binding.node');`,
  ],
  // What TensorFlow says while it is loaded: see quiet-stderr.cc.
  [
    "dist/index.js",
    `var bindings = require(bindingPath);`,
    `var quiet = Number(process.env.TF_CPP_MIN_LOG_LEVEL) > 0 && require('../lib/quiet_stderr.node');
if (quiet) quiet.mute();
try {
    var bindings = require(bindingPath);
} finally {
    if (quiet) quiet.unmute();
}`,
  ],
  // util.isNullOrUndefined and util.isArray are gone since Node 23.
  ...["dist/nodejs_kernel_backend.js", "dist/kernels/TopK.js"].map((file) => [
    file,
    `var util_1 = require("util");`,
    `var util_1 = { isArray: Array.isArray, isNullOrUndefined: function (value) { return value == null; } };`,
  ]),
];

/** Makes the installed copy run on every Node from 20 on. */
export function patchPackage(directory) {
  step(
    "Patching it: node-pre-gyp's path look-up, functions that Node 23 took out of util, notices at load time",
  );
  for (const [file, from, to] of PATCHES) {
    const target = path.join(directory, file);
    const source = readFileSync(target, "utf8");
    if (!source.includes(from)) {
      throw new SetupError(
        `${file} of tfjs-node is not what this script knows; expected to find:\n  ${from}`,
      );
    }
    writeFileSync(target, source.replace(from, to));
  }
}
