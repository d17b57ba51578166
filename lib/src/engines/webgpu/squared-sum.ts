import { allocate, groupSum, runShader, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

const GROUP = 256;
/** So many groups share a tensor at most. */
const MOST_GROUPS = 256;

const PARTS: Shader = {
  name: "SquaredSum parts",
  writes: ["parts"],
  reads: ["x"],
  settings: { size: "u32", place: "u32" },
  groupSize: GROUP,
  declarations: groupSum(GROUP),
  body: `
  var own = 0.0;
  for (var i = flat; i < settings.size; i += groups.x * ${GROUP}u) { own += x[i] * x[i]; }
  let sum = group_sum(local, own);
  if (local == 0u) { parts[settings.place + group.x] = sum; }`,
};

const SUM: Shader = {
  name: "SquaredSum",
  writes: ["sum"],
  reads: ["parts"],
  settings: { size: "u32" },
  groupSize: GROUP,
  declarations: groupSum(GROUP),
  body: `
  var own = 0.0;
  for (var i = local; i < settings.size; i += ${GROUP}u) { own += parts[i]; }
  let all = group_sum(local, own);
  if (local == 0u) { sum[0] = all; }`,
};

/** The sum of the squares of all elements of all inputs: what the global norm is the root of. */
export const squaredSum: WebGpuKernel = {
  name: "SquaredSum",
  compute(backend, inputs) {
    const tensors = Object.values(inputs).map((x) => {
      const size = x.shape.reduce((product, length) => product * length, 1);
      return { x, size, groups: Math.min(MOST_GROUPS, Math.ceil(size / (4 * GROUP))) };
    });
    const count = tensors.reduce((sum, { groups }) => sum + groups, 0);
    const parts = allocate(backend, [count]);
    let place = 0;
    for (const { x, size, groups } of tensors) {
      runShader(backend, PARTS, {
        writes: [parts],
        reads: [x],
        settings: { size, place },
        groups: [groups, 1],
      });
      place += groups;
    }
    const out = allocate(backend, []);
    runShader(backend, SUM, { writes: [out], reads: [parts], settings: { size: count }, groups: 1 });
    backend.disposeData(parts.dataId);
    return out;
  },
};
