import "@tensorflow/tfjs-core";
import { createRequire } from "node:module";
import path from "node:path";

// What tfjs-core's build for Node lacks: the gradients of its kernels, and its tensors' methods, `x.add(y)`. They find
// tfjs-core's engine and registries by their global names (scripts/build-gradients.mjs makes the file).
createRequire(__filename)(path.resolve(__dirname, "../../assets/tfjs/gradients.js"));
