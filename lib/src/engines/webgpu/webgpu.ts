import * as tf from "../../tfjs";
import { EngineError } from "../../errors";
import { silenceBanner } from "../banner";
import type { Engine } from "../engine";
import { exposeGpu, findGpu, loadBackend, type GpuAdapter } from "./gpu";
import { registerWebGpuBackend } from "./backend";

let loading: Promise<void> | undefined;
let adapter: GpuAdapter | undefined;

/** A graphics device, by WebGPU: in a browser, or in Node.js by the package `webgpu`. */
export const webgpu: Engine = {
  name: "webgpu",
  backend: "webgpu",
  get description() {
    return `WebGPU on ${describe(adapter)}`;
  },
  supportsBf16: false,
  /** A device that a program plays is slower than the other engines. */
  get onlyIfAsked() {
    return adapter !== undefined && isSimulated(adapter);
  },
  load() {
    loading ??= register();
    return loading;
  },
};

async function register(): Promise<void> {
  silenceBanner();
  const gpu = findGpu();
  adapter = (await gpu.requestAdapter({ powerPreference: "high-performance" })) ?? undefined;
  if (!adapter) {
    throw new EngineError(
      "The webgpu engine did not load: there is no graphics device. Choose another engine.",
    );
  }
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit]])),
  });
  // Whoever asks for the engine again gets another device.
  void device.lost.then(() => (loading = undefined));
  exposeGpu(gpu);
  registerWebGpuBackend(await loadBackend(), device, adapter.info);
  await tf.ready();
}

/** As much as the device has of what tensors need. */
const LIMITS = [
  ...["maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage"],
  ...["maxComputeWorkgroupStorageSize", "maxComputeWorkgroupsPerDimension"],
  ...["maxComputeWorkgroupSizeX", "maxComputeInvocationsPerWorkgroup"],
];

const isSimulated = ({ info, isFallbackAdapter }: GpuAdapter): boolean =>
  (info.isFallbackAdapter ?? isFallbackAdapter ?? false) ||
  /swiftshader|llvmpipe/i.test(JSON.stringify(namesOf(info)));

const namesOf = ({ vendor, architecture, device, description }: GpuAdapter["info"]) =>
  [vendor, architecture, device, description].filter(Boolean);

function describe(of: GpuAdapter | undefined): string {
  const names = of ? namesOf(of.info) : [];
  return names.length > 0 ? names.slice(0, 2).join(" ") : "a graphics device";
}
