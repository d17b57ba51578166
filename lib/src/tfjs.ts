import "@tensorflow/tfjs-backend-cpu";
import { createRequire } from "node:module";
import path from "node:path";

// tfjs as this library uses it: tfjs-core with a backend to begin with (plain JavaScript, until an engine is chosen), and with
// what its build for Node lacks, the gradients of its kernels and its tensors' methods, `x.add(y)`. They find tfjs-core's engine
// and registries by their global names (scripts/build-gradients.mjs makes the file).
createRequire(__filename)(path.resolve(__dirname, "../assets/tfjs/gradients.js"));

export * from "@tensorflow/tfjs-core";
