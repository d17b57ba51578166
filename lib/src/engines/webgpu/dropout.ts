import { dropoutScale, dropoutThreshold } from "../../random";
import type { DropoutAttributes } from "../fused-kernels";
import { allocate, runShader, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

/** Settings that {@link DROPOUT} reads. */
export const DROPOUT_SETTINGS = {
  threshold: "u32",
  kept: "f32",
  seedLow: "u32",
  seedHigh: "u32",
  site: "u32",
  step: "u32",
  firstBlock: "u32",
  firstWord: "u32",
} as const;

/** A function that gives the factor of an element: 0 where it is dropped. Philox4x32-10, as in `random.ts`. */
export const DROPOUT = `
fn multiply_high(a: u32, b: u32) -> u32 {
  let middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
  let carry = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u);
}
fn dropout_factor(element: u32) -> f32 {
  let place = settings.firstWord + element;
  var c = vec4<u32>(settings.firstBlock + (place >> 2u), settings.site, settings.step, 0u);
  var key = vec2<u32>(settings.seedLow, settings.seedHigh);
  for (var round = 0; round < 10; round++) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let high1 = multiply_high(0xcd9e8d57u, c.z);
    c = vec4<u32>(high1 ^ c.y ^ key.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return select(0.0, settings.kept, c[place & 3u] >= settings.threshold);
}`;

/** A fused kernel's dropout attributes as {@link DROPOUT} reads them. */
export function dropoutSettings({
  rate,
  seed,
  site,
  step,
  first,
}: DropoutAttributes): Record<string, number> {
  return {
    threshold: rate > 0 ? dropoutThreshold(rate) : 0,
    kept: dropoutScale(rate),
    seedLow: seed >>> 0,
    seedHigh: Math.floor(seed / 2 ** 32) >>> 0,
    site,
    step,
    firstBlock: Math.floor(first / 4) >>> 0,
    firstWord: first % 4,
  };
}

const SHADER: Shader = {
  name: "Dropout",
  writes: ["y"],
  reads: ["x"],
  settings: { size: "u32", ...DROPOUT_SETTINGS },
  groupSize: 256,
  declarations: DROPOUT,
  body: "if (flat < settings.size) { y[flat] = x[flat] * dropout_factor(flat); }",
};

/** See ops/dropout.ts. */
export const dropout: WebGpuKernel<"x"> = {
  name: "Dropout",
  compute(backend, { x }, attributes) {
    const out = allocate(backend, x.shape);
    const size = x.shape.reduce((product, length) => product * length, 1);
    runShader(backend, SHADER, {
      writes: [out],
      reads: [x],
      settings: { size, ...dropoutSettings(attributes as unknown as DropoutAttributes) },
      groups: Math.ceil(size / SHADER.groupSize),
    });
    return out;
  },
};

/** The same mask on the gradient. */
export const dropoutGradient: WebGpuKernel<"dy"> = {
  name: "DropoutGrad",
  compute: (backend, { dy }, attributes) => dropout.compute(backend, { x: dy }, attributes),
};
