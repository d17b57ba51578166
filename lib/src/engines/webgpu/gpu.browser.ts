import { EngineError } from "../../errors";
import type { Gpu } from "./gpu";

/** The way to the graphics devices, as the browser gives it. @throws EngineError where it gives none */
export function findGpu(): Gpu {
  const { gpu } = navigator as { gpu?: Gpu };
  if (!gpu) {
    throw new EngineError(
      "The webgpu engine did not load: this browser has no WebGPU, or not on this page (it is there on https and localhost). Choose another engine.",
    );
  }
  return gpu;
}

/** It is where it is looked for. */
export const exposeGpu = (): void => undefined;

/** tfjs's backend; who does without it does not load it. */
export const loadBackend = () => import("@tensorflow/tfjs-backend-webgpu");
