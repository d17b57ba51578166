import type { TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import type { WebGpuBackend } from "./backend";

/** A program for the device, in WGSL. */
export interface Shader {
  /** Names this program among all: whatever its text depends on is a part of the name. */
  name: string;
  /** Arrays that it writes, and may read; all of f32. */
  writes: readonly string[];
  /** Arrays that it reads; of f32, or of i32 where they are called so. */
  reads: readonly (string | { i32: string })[];
  settings: Readonly<Record<string, "f32" | "u32">>;
  /** How many invocations work together. */
  groupSize: number;
  /** Functions, and what is outside of them. */
  declarations?: string;
  /**
   * Of one invocation: `group` is its group's number, in three dimensions, `local` its own in it, `flat` its own among all, counted
   * through.
   */
  body: string;
}

/** What a program is run on. */
export interface ShaderRun {
  /** In the order of the program's `writes`. What they held on the host is not looked at any more. */
  writes: readonly TensorInfo[];
  /** In the order of the program's `reads`. */
  reads: readonly TensorInfo[];
  settings: Readonly<Record<string, number>>;
  /** How many groups work on it: so many, or in each of two dimensions. */
  groups: number | readonly [number, number];
}

const MOST_GROUPS = 65535;

/** Runs a program. Nothing waits: the device does in their order what it is told. */
export function runShader(
  backend: WebGpuBackend,
  shader: Shader,
  { writes, reads, settings, groups }: ShaderRun,
): void {
  const bytes = new DataView(new ArrayBuffer(16 * Math.ceil(Object.keys(shader.settings).length / 4) || 16));
  for (const [index, [name, type]] of Object.entries(shader.settings).entries()) {
    if (type === "f32") bytes.setFloat32(4 * index, settings[name]!, true);
    else bytes.setUint32(4 * index, settings[name]!, true);
  }
  const [x, y] = typeof groups === "number" ? spread(groups) : groups;
  backend.dispatch({
    key: shader.name,
    source: () => sourceOf(shader),
    writes,
    reads,
    settings: bytes.buffer,
    groups: [x, y],
  });
}

/** A device takes so many groups in one dimension; `flat` counts through all of them. */
const spread = (groups: number): [number, number] => {
  const y = Math.ceil(groups / MOST_GROUPS);
  return [Math.ceil(groups / y), y];
};

function sourceOf({ writes, reads, settings, groupSize, declarations = "", body }: Shader): string {
  const arrays = [
    ...writes.map((name) => `var<storage, read_write> ${name}: array<f32>;`),
    ...reads.map((array) =>
      typeof array === "string"
        ? `var<storage, read> ${array}: array<f32>;`
        : `var<storage, read> ${array.i32}: array<i32>;`,
    ),
    "var<uniform> settings: Settings;",
  ];
  const fields = Object.entries(settings).map(([name, type]) => `${name}: ${type}`);
  return `
struct Settings { ${fields.join(", ")} };
${arrays.map((array, binding) => `@group(0) @binding(${binding}) ${array}`).join("\n")}
${declarations}
@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let flat = (group.y * groups.x + group.x) * ${groupSize}u + local;
  ${body}
}`;
}

/** Room for a result on the device; what it holds until it is written is arbitrary. */
export const allocate = (backend: WebGpuBackend, shape: number[]): TensorInfo =>
  backend.makeTensorInfo(shape, "float32");

/** Numbers of the host that a program reads; to be disposed after it. */
export function upload(backend: WebGpuBackend, values: TypedArray): TensorInfo {
  return backend.makeTensorInfo([values.length], values instanceof Int32Array ? "int32" : "float32", values);
}

/** A function that adds up, over all invocations of a group, a value that each has. */
export const groupSum = (groupSize: number): string => `
var<workgroup> terms: array<f32, ${groupSize}>;
fn group_sum(local: u32, term: f32) -> f32 {
  terms[local] = term;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half = half >> 1u) {
    if (local < half) { terms[local] += terms[local + half]; }
    workgroupBarrier();
  }
  let sum = terms[0];
  workgroupBarrier();
  return sum;
}`;
