import { createRequire } from "node:module";
import type * as Package from "@tensorflow/tfjs-backend-webgpu";
import { EngineError } from "../../errors";

const load = createRequire(__filename);

/** Dawn, as the package `webgpu` brings it: WebGPU as browsers have it. */
interface Dawn {
  create(options: string[]): Gpu;
  globals: object;
}

/** As much as is used of it. */
export interface Gpu {
  requestAdapter(options: { powerPreference: "high-performance" }): Promise<GpuAdapter | null>;
}

export interface GpuAdapter {
  info: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    isFallbackAdapter?: boolean;
  };
  isFallbackAdapter?: boolean;
  features: ReadonlySet<string>;
  limits: Record<string, number>;
  requestDevice(descriptor: object): Promise<GpuDevice>;
}

export interface GpuDevice {
  createShaderModule(descriptor: { code: string; label: string }): object;
  createComputePipeline(descriptor: object): { getBindGroupLayout(index: number): object };
  createBindGroup(descriptor: object): object;
  lost: Promise<{ reason: string; message: string }>;
}

/** The way to the graphics devices of this machine. @throws EngineError where there is none */
export function findGpu(): Gpu {
  let dawn: Dawn;
  try {
    dawn = load("webgpu") as Dawn;
  } catch (cause) {
    throw new EngineError(
      "The webgpu engine did not load: the packages webgpu and @tensorflow/tfjs-backend-webgpu are not installed. Install them, or choose another engine.",
      { cause },
    );
  }
  return dawn.create([]);
}

/** Has a program find WebGPU where it looks for it in a browser, as the backend of tfjs does. */
export function exposeGpu(gpu: Gpu): void {
  const { globals } = load("webgpu") as Dawn;
  Object.assign(globalThis, globals);
  const navigator: object = Object.create((globalThis as { navigator?: object }).navigator ?? null) as object;
  Object.defineProperty(navigator, "gpu", { value: gpu });
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
}

/** tfjs's backend. */
export const loadBackend = (): Promise<typeof Package> =>
  Promise.resolve(load("@tensorflow/tfjs-backend-webgpu") as typeof Package);
