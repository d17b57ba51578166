import * as tf from "../../tfjs";
import type { Engine } from "../engine";
import { FusedBackend } from "../fused/backend";
import { registerFusedBackend } from "../fused/kernels";
import { memoryLimit } from "../memory-limit";
import { loadAddon, type AddonDescription } from "./addon";
import { systemSegments } from "./segments";

const BACKEND = "native";

let description: AddonDescription | undefined;

/** This project's own backend: oneDNN and fused kernels in C++, all processors. */
export const native: Engine = {
  name: "native",
  backend: BACKEND,
  get description() {
    if (!description) return "oneDNN and fused kernels in C++";
    const { dnnl, instructionSet, threads } = description;
    return `oneDNN ${dnnl} and fused kernels, ${instructionSet}, ${threads} threads`;
  },
  get supportsBf16() {
    return description?.bfloat16 ?? false;
  },
  load() {
    if (description) return Promise.resolve();
    return Promise.resolve().then(() => {
      const addon = loadAddon();
      const segments = systemSegments(addon);
      const limit = memoryLimit();
      registerFusedBackend(BACKEND, () => new FusedBackend(addon, segments, limit));
      description = addon.description();
    });
  },
  mapFile: (file) => loadAddon().mapFile(file),
  setThreads(threads) {
    const addon = loadAddon();
    addon.setThreads(threads);
    description = addon.description();
  },
  setMatMulPrecision(precision) {
    return (tf.engine().findBackend(BACKEND) as FusedBackend).setMatMulPrecision(precision);
  },
};
