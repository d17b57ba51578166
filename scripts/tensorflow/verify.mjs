import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { run, SetupError } from "./commands.mjs";

/**
 * Runs in a process of its own, since a binding that does not fit can take the process down. Arguments: the engine's
 * folder, the project's. Prints its report as the last line.
 */
const CHECK = `
const [home, project] = process.argv.slice(1);
const { createRequire } = require("node:module");
const path = require("node:path");
const core = (from) => createRequire(require.resolve(from)).resolve("@tensorflow/tfjs-core");
const engine = path.join(home, "package.json"), library = path.join(project, "lib/package.json");
if (core(engine) !== core(library)) throw new Error("it would use another tfjs (" + core(engine) + ") than the library");
const tf = require(home);
const check = (what, tensor, expected) => {
  const found = Array.from(tensor.dataSync());
  if (String(found) !== String(expected)) throw new Error(what + " gave " + found + " instead of " + expected);
};
if (tf.getBackend() !== "tensorflow") throw new Error("tfjs runs on " + tf.getBackend());
check("a matrix product", tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])), [19, 22, 43, 50]);
const rows = tf.tensor1d([2, 0, 2], "int32");
const gradient = tf.grad((table) => tf.sum(tf.gather(table, rows)))(tf.ones([3, 2]));
check("the gradient of gather", gradient, [1, 1, 0, 0, 2, 2]);
const a = tf.ones([1024, 1024]);
tf.matMul(a, a).dataSync();
const started = performance.now();
for (let i = 0; i < 5; i++) tf.matMul(a, a).dataSync();
const report = { device: tf.backend().isUsingGpuDevice ? "GPU" : "CPU", milliseconds: (performance.now() - started) / 5 };
report.threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || require("node:os").availableParallelism();
console.log(JSON.stringify(report));
`;

/**
 * Loads the engine in `home` and computes with it.
 *
 * @returns `version` of TensorFlow, `package` (tfjs-node or -gpu), `device` (CPU or GPU), `threads`, `milliseconds` of a 1024 x 1024 matrix product
 * @throws SetupError if it does not load, computes something wrong, or has a tfjs of its own
 */
export async function verify(home, project, signal) {
  const description = path.join(home, "package.json");
  if (!existsSync(description)) throw new SetupError(`${home} holds no package.json.`);
  const { tensorflow } = JSON.parse(readFileSync(description, "utf8"));
  // All messages: they are shown only if it fails.
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "0" };
  try {
    const output = await run(process.execPath, ["-e", CHECK, home, project], { signal, env });
    return { ...tensorflow, ...JSON.parse(output.trimEnd().split("\n").at(-1)) };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const cause = /^\s*\w*Error: (.*)$/m.exec(error.message)?.[1] ?? "its process ended without a word";
    throw new SetupError(`The engine does not run: ${cause}\n${error.message}`);
  }
}
