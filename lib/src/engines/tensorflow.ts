import { EngineError } from "../errors";
import type { Engine } from "./engine";

/** Packages that bring the backend, best first. */
const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

/** TensorFlow's C++ library through tfjs-node-gpu or tfjs-node. */
export const tensorflow: Engine = {
  name: "tensorflow",
  backend: "tensorflow",
  description: "TensorFlow's C++ kernels through its Node binding",
  supportsBf16: false,
  async load() {
    const failures: string[] = [];
    for (const name of PACKAGES) {
      try {
        const module = (await import(name)) as { node?: unknown };
        // danfojs wants a package called tfjs-node; the one that is installed for it is plain tfjs under that name.
        if (module.node === undefined) throw new Error("not installed");
        return;
      } catch (error) {
        failures.push(`${name}: ${firstLine(error)}`);
      }
    }
    throw new EngineError(
      `The tensorflow engine did not load (${failures.join("; ")}). ` +
        "Run `npm run setup:tensorflow`, or choose another engine.",
    );
  },
};

function firstLine(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") return "not installed";
  return message.split("\n")[0]!;
}
