import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { EngineError } from "../errors";
import type { Engine } from "./engine";

/** Where `npm run setup:tensorflow` puts its build: the same distance away from `lib/src/engines` and `lib/dist/engines`. */
const OWN_BUILD = path.resolve(__dirname, "../../../.tensorflow");

// Not `import()`, which takes no folders.
const load = createRequire(__filename);

/** What brings the backend, best first. */
const SOURCES = [OWN_BUILD, "@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

/** TensorFlow's C++ library, through a build of our own (docs/tensorflow.md), tfjs-node-gpu or tfjs-node. */
export const tensorflow: Engine = {
  name: "tensorflow",
  backend: "tensorflow",
  description: "TensorFlow's C++ kernels through its Node binding",
  supportsBf16: false,
  load() {
    // TensorFlow's C++ side prints a page of notices otherwise.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
    const failures: string[] = [];
    for (const source of SOURCES) {
      try {
        if (path.isAbsolute(source) && !existsSync(source)) throw new Error("not set up");
        const module = load(source) as { node?: unknown };
        // danfojs wants a package called tfjs-node; the one that is installed for it is plain tfjs under that name.
        if (module.node === undefined) throw new Error("not installed");
        return Promise.resolve();
      } catch (error) {
        failures.push(`${path.basename(source)}: ${firstLine(error)}`);
      }
    }
    const reason =
      `The tensorflow engine did not load (${failures.join("; ")}). ` +
      "Run `npm run setup:tensorflow`, or choose another engine.";
    return Promise.reject(new EngineError(reason));
  },
};

function firstLine(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") return "not installed";
  return message.split("\n")[0]!;
}
