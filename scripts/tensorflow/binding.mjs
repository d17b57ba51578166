import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run, step } from "./commands.mjs";

/** Node 20, 22 and 24 all speak Node-API 8, so that one build serves them. */
const NODE_API_VERSION = 8;

const QUIET_STDERR = fileURLToPath(new URL("quiet-stderr.cc", import.meta.url));

const COMPILER = process.env.CXX || "c++";
const HINT = "A C++17 compiler is needed (Debian, Ubuntu: apt install g++); CXX= names another one.";

/** Looks whether there is a compiler, before anything is downloaded. */
export async function checkCompiler(signal) {
  await run(COMPILER, ["--version"], { signal, hint: HINT });
}

/**
 * Compiles tfjs-node's two C++ files against TensorFlow's C headers and links them with its libraries.
 *
 * The compiler is called directly: node-gyp would do the same, but wants the headers of the whole of Node from nodejs.org.
 */
export async function compileBinding({ home, tfjsNode, libraries, signal }) {
  const output = path.join(tfjsNode.directory, "lib");
  mkdirSync(output);
  // Relative where the libraries lie in the folder that is yet to be moved.
  const libraryPath = libraries.linked
    ? libraries.directory
    : `$ORIGIN/${path.relative(output, libraries.directory)}`;
  step(`Compiling the binding against TensorFlow ${libraries.version} with ${COMPILER}`);
  const compile = async (name, sources, args) => {
    const common = ["-std=c++17", "-O2", "-fPIC", "-shared", "-w", `-DNAPI_VERSION=${NODE_API_VERSION}`];
    const named = [
      `-DNODE_GYP_MODULE_NAME=${name}`,
      `-I${tfjsNode.headers}`,
      "-o",
      path.join(output, `${name}.node`),
    ];
    await run(COMPILER, [...common, ...named, ...sources, ...args], { signal, hint: HINT });
  };
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) =>
    path.join(tfjsNode.directory, "binding", file),
  );
  await compile("tfjs_binding", sources, [
    ...[`-I${libraries.include}`, `-L${libraries.directory}`],
    ...["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${libraryPath}`],
  ]);
  await compile("quiet_stderr", [QUIET_STDERR], []);
  // 13,000 headers that nothing reads any more.
  if (!libraries.linked) rmSync(libraries.include, { recursive: true });
  rmSync(path.join(home, "node_modules/node-api-headers"), { recursive: true });
}
