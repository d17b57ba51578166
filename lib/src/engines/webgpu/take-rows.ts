import type { TensorInfo } from "@tensorflow/tfjs-core";
import { EngineError } from "../../errors";
import type { WebGpuBackend } from "./backend";
import { allocate, runShader, upload, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

const GROUP = 64;

const TAKE: Shader = {
  name: "TakeRows",
  writes: ["y"],
  reads: ["x", { i32: "rows" }],
  settings: { hidden: "u32" },
  groupSize: GROUP,
  body: `
  let c = group.y * ${GROUP}u + local;
  if (c < settings.hidden) {
    y[group.x * settings.hidden + c] = x[u32(rows[group.x]) * settings.hidden + c];
  }`,
};

const CLEAR: Shader = {
  name: "Clear",
  writes: ["x"],
  reads: [],
  settings: { size: "u32" },
  groupSize: 256,
  body: "if (flat < settings.size) { x[flat] = 0.0; }",
};

/** `plan` has, for each row of the sum, its number and where its terms begin and end in what follows: the numbers of the terms. */
const ADD: Shader = {
  name: "TakeRowsGrad",
  writes: ["dx"],
  reads: ["dy", { i32: "plan" }],
  settings: { hidden: "u32" },
  groupSize: GROUP,
  body: `
  let c = group.y * ${GROUP}u + local;
  if (c >= settings.hidden) { return; }
  var sum = 0.0;
  for (var term = plan[3u * group.x + 1u]; term < plan[3u * group.x + 2u]; term++) {
    sum += dy[u32(plan[term]) * settings.hidden + c];
  }
  dx[u32(plan[3u * group.x]) * settings.hidden + c] = sum;`,
};

/** See ops/take-rows.ts. */
export const takeRows: WebGpuKernel<"x" | "rows"> = {
  name: "TakeRows",
  compute(backend, { x, rows }) {
    const [entries, hidden] = x.shape as [number, number];
    const numbers = numbersOf(backend, rows);
    const wrong = numbers.find((row) => row < 0 || row >= entries);
    if (wrong !== undefined) throw new RangeError(`row ${wrong} is outside 0 … ${entries - 1}`);
    const out = allocate(backend, [numbers.length, hidden]);
    runShader(backend, TAKE, {
      writes: [out],
      reads: [x, rows],
      settings: { hidden },
      groups: [numbers.length, Math.ceil(hidden / GROUP)],
    });
    return out;
  },
};

/** tfjs's sum of segments looks, for each entry of a vocabulary, at all tokens; here who adds what is found out on the host. */
export const takeRowsGradient: WebGpuKernel<"dy" | "x" | "rows"> = {
  name: "TakeRowsGrad",
  compute(backend, { dy, x, rows }, { paddingId }) {
    const [entries, hidden] = x.shape as [number, number];
    const out = allocate(backend, [entries, hidden]);
    const size = entries * hidden;
    runShader(backend, CLEAR, {
      writes: [out],
      reads: [],
      settings: { size },
      groups: Math.ceil(size / CLEAR.groupSize),
    });
    const { plan, sums } = planOf(numbersOf(backend, rows), paddingId as number);
    if (sums === 0) return out;
    const uploaded = upload(backend, plan);
    runShader(backend, ADD, {
      writes: [out],
      reads: [dy, uploaded],
      settings: { hidden },
      groups: [sums, Math.ceil(hidden / GROUP)],
    });
    backend.disposeData(uploaded.dataId);
    return out;
  },
};

function numbersOf(backend: WebGpuBackend, rows: TensorInfo): Int32Array {
  const numbers = backend.hostValues(rows);
  if (!numbers) throw new EngineError("TakeRows on webgpu: the numbers of the rows must come from the host.");
  return numbers as Int32Array;
}

function planOf(numbers: Int32Array, skipped: number): { plan: Int32Array; sums: number } {
  const terms = new Map<number, number[]>();
  numbers.forEach((row, term) => {
    if (row === skipped) return;
    const others = terms.get(row);
    if (others) others.push(term);
    else terms.set(row, [term]);
  });
  const plan = new Int32Array(3 * terms.size + numbers.length);
  let place = 3 * terms.size;
  for (const [sum, [row, own]] of [...terms].entries()) {
    plan.set([row, place, place + own.length], 3 * sum);
    plan.set(own, place);
    place += own.length;
  }
  return { plan, sums: terms.size };
}
