import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { PackedAttentionSettings } from "../fused-kernels";
import type { WebGpuBackend } from "./backend";
import { DROPOUT, DROPOUT_SETTINGS, dropoutSettings } from "./dropout";
import { allocate, groupSum, runShader, upload, type Shader } from "./shader";
import type { WebGpuKernel } from "./webgpu-kernel";

/** A group has a row of one head; each of its invocations another row of the tile that is looked at. */
const TILE = 64;

/** What the programs' texts depend on. */
interface Form {
  headSize: number;
  biased: boolean;
  drops: boolean;
}

/**
 * Packed attention: see ops/attention.ts. Scores are never written down (Dao et al. 2022): beside the context, the logarithm of each
 * row's sum is kept, of which the gradient makes the weights anew, and a place for what it finds out about the row.
 */
export const packedAttention: WebGpuKernel<"q" | "k" | "v" | "bias"> = {
  name: "PackedAttention",
  compute(backend, { q, k, v, bias }, attributes) {
    const call = callOf(backend, q, bias, attributes);
    const context = allocate(backend, q.shape);
    const rows = allocate(backend, [q.shape[0]!, call.heads, 2]);
    call.run(forwardShader(call.form), [context, rows], [q, k, v]);
    call.done();
    return [context, rows];
  },
};

export const packedAttentionGradient: WebGpuKernel<"dy" | "q" | "k" | "v" | "bias" | "weights"> = {
  name: "PackedAttentionGrad",
  compute(backend, { dy, q, k, v, bias, weights: rows }, attributes) {
    const call = callOf(backend, q, bias, attributes);
    const [dq, dk, dv] = [q, k, v].map((x) => allocate(backend, x.shape)) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ];
    call.run(queryGradient(call.form), [dq, rows], [dy, q, k, v]);
    const gradients = [dq, dk, dv];
    // A device binds eight arrays at once, and a bias is one more.
    if (bias as TensorInfo | undefined) {
      const dbias = allocate(backend, bias.shape);
      call.run(biasGradient(call.form), [dbias], [dy, q, k, v, rows]);
      call.run(keyGradient(call.form, ["dk"]), [dk], [dy, q, k, v, rows]);
      call.run(keyGradient(call.form, ["dv"]), [dv], [dy, q, k, v, rows]);
      gradients.push(dbias);
    } else call.run(keyGradient(call.form, ["dk", "dv"]), [dk, dv], [dy, q, k, v, rows]);
    call.done();
    return gradients;
  },
};

function callOf(
  backend: WebGpuBackend,
  q: TensorInfo,
  // A kernel's inputs may be missing.
  bias: TensorInfo | undefined,
  attributes: Record<string, unknown>,
) {
  const settings = attributes as unknown as PackedAttentionSettings;
  const { offsets, heads, scale, window, dropoutRate, seed, site, step, first } = settings;
  const [tokens, hidden] = q.shape as [number, number];
  const form = { headSize: hidden / heads, biased: bias !== undefined, drops: dropoutRate > 0 };
  const spans = upload(backend, spansOf(offsets, heads));
  return {
    form,
    heads,
    run(shader: Shader, writes: TensorInfo[], reads: TensorInfo[]) {
      runShader(backend, shader, {
        writes,
        reads: [...reads, ...(bias ? [bias] : []), spans],
        settings: {
          ...{ hidden, heads, scale, window },
          ...dropoutSettings({ rate: dropoutRate, seed, site, step, first }),
        },
        groups: [tokens, heads],
      });
    },
    done: () => backend.disposeData(spans.dataId),
  };
}

/** Of each row: where its sequence begins and ends, and where the sequence's weights do in the order in which they are counted. */
function spansOf(offsets: readonly number[], heads: number): Int32Array {
  const spans = new Int32Array(3 * offsets.at(-1)!);
  let weights = 0;
  for (let s = 0; s + 1 < offsets.length; s++) {
    const [start, end] = [offsets[s]!, offsets[s + 1]!];
    for (let row = start; row < end; row++) spans.set([start, end, weights], 3 * row);
    weights += heads * (end - start) ** 2;
  }
  return spans;
}

const SETTINGS = { hidden: "u32", heads: "u32", scale: "f32", window: "u32", ...DROPOUT_SETTINGS } as const;

/** Below every score: of what is not seen. */
const UNSEEN = "-1e30";

function partsOf({ headSize, biased, drops }: Form) {
  const slots = Math.ceil(headSize / TILE);
  const bias = biased ? "bias[weight]" : "0.0";
  return {
    name: `${headSize}${biased ? " bias" : ""}${drops ? " dropout" : ""}`,
    reads: [...(biased ? ["bias"] : []), { i32: "spans" }],
    factor: drops ? "dropout_factor(weight)" : "1.0",
    bias,
    slots,
    declarations: `${drops ? DROPOUT : ""}${groupSum(TILE)}
const HEAD = ${headSize}u;
var<workgroup> tile: array<f32, ${TILE}>;
fn sees(i: u32, j: u32) -> bool {
  return settings.window == 0u || max(i, j) - min(i, j) <= settings.window;
}`,
    /** Where this group's row lies. */
    start: `
  let row = group.x;
  let head = group.y;
  let start = u32(spans[3u * row]);
  let end = u32(spans[3u * row + 1u]);
  let length = end - start;
  let weights = u32(spans[3u * row + 2u]) + head * length * length;
  let at = row * settings.hidden + head * HEAD;`,
    each: (body: string) => `
  for (var tile_start = start; tile_start < end; tile_start += ${TILE}u) {
    let other = tile_start + local;
    let there = other * settings.hidden + head * HEAD;
    let inside = other < end && sees(row, other);
    ${body}
  }`,
    /** Each invocation's share of a row: what it adds up over the tile's rows, of `table`. */
    spread: (sum: string, tile: string, table: string) => `
    for (var slot = 0u; slot < ${slots}u; slot++) {
      let c = local + slot * ${TILE}u;
      if (c < HEAD) {
        for (var t = 0u; t < min(${TILE}u, end - tile_start); t++) {
          ${sum}[slot] += ${tile}[t] * ${table}[(tile_start + t) * settings.hidden + head * HEAD + c];
        }
      }
    }`,
    write: (sum: string, table: string, factor: string) => `
  for (var slot = 0u; slot < ${slots}u; slot++) {
    let c = local + slot * ${TILE}u;
    if (c < HEAD) { ${table}[at + c] = ${sum}[slot] * ${factor}; }
  }`,
  };
}

/** A row of a table that the whole group reads again and again. */
const held = (name: string, table: string) => ({
  declaration: `var<workgroup> ${name}: array<f32, HEAD>;`,
  load: `for (var c = local; c < HEAD; c += ${TILE}u) { ${name}[c] = ${table}[at + c]; }`,
});

function forwardShader(form: Form): Shader {
  const { name, reads, factor, bias, slots, declarations, start, each, spread, write } = partsOf(form);
  const query = held("query", "q");
  return {
    name: `PackedAttention ${name}`,
    writes: ["context", "rows"],
    reads: ["q", "k", "v", ...reads],
    settings: SETTINGS,
    groupSize: TILE,
    declarations: `${declarations}
${query.declaration}
fn group_max(local: u32, value: f32) -> f32 {
  terms[local] = value;
  workgroupBarrier();
  for (var half = ${TILE / 2}u; half > 0u; half = half >> 1u) {
    if (local < half) { terms[local] = max(terms[local], terms[local + half]); }
    workgroupBarrier();
  }
  let greatest = terms[0];
  workgroupBarrier();
  return greatest;
}`,
    body: `${start}
  ${query.load}
  workgroupBarrier();
  var greatest = ${UNSEEN};
  var sum = 0.0;
  var mixed: array<f32, ${slots}>;
  ${each(`
    let weight = weights + (row - start) * length + other - start;
    var score = ${UNSEEN};
    if (inside) {
      var product = 0.0;
      for (var c = 0u; c < HEAD; c++) { product += query[c] * k[there + c]; }
      score = product * settings.scale + ${bias};
    }
    let before = greatest;
    greatest = max(before, group_max(local, score));
    let part = select(0.0, exp(score - greatest), inside);
    let shrunk = exp(before - greatest);
    sum = sum * shrunk + group_sum(local, part);
    var kept = part;
    if (inside) { kept = part * ${factor}; }
    tile[local] = kept;
    for (var slot = 0u; slot < ${slots}u; slot++) { mixed[slot] *= shrunk; }
    workgroupBarrier();
    ${spread("mixed", "tile", "v")}
    workgroupBarrier();`)}
  ${write("mixed", "context", "(1.0 / sum)")}
  if (local == 0u) { rows[(row * settings.heads + head) * 2u] = greatest + log(sum); }`,
  };
}

/** Of this row against another: the weight, and its gradient before that of the softmax. */
const weightAndSlope = (
  bias: string,
  factor: string,
  query: string,
  key: string,
  slope: string,
  value: string,
  row: string,
) => `
    var part = 0.0;
    var change = 0.0;
    if (inside) {
      var product = 0.0;
      var slope = 0.0;
      for (var c = 0u; c < HEAD; c++) {
        product += ${query} * ${key};
        slope += ${slope} * ${value};
      }
      part = exp(product * settings.scale + ${bias} - rows[${row}]);
      change = slope * ${factor};
    }`;

/** Of the queries; and of each row the sum of its weights times their gradients, which the others take. */
function queryGradient(form: Form): Shader {
  const { name, reads, factor, bias, slots, declarations, start, each, spread, write } = partsOf(form);
  const [query, slope] = [held("query", "q"), held("slopes", "dy")];
  const look = `
    let weight = weights + (row - start) * length + other - start;
    ${weightAndSlope(bias, factor, "query[c]", "k[there + c]", "slopes[c]", "v[there + c]", "place")}`;
  return {
    name: `PackedAttentionGrad q ${name}`,
    writes: ["dq", "rows"],
    reads: ["dy", "q", "k", "v", ...reads],
    settings: SETTINGS,
    groupSize: TILE,
    declarations: `${declarations}\n${query.declaration}\n${slope.declaration}`,
    body: `${start}
  let place = (row * settings.heads + head) * 2u;
  ${query.load}
  ${slope.load}
  workgroupBarrier();
  var own = 0.0;
  ${each(`${look} own += part * change;`)}
  let shared_part = group_sum(local, own);
  var sums: array<f32, ${slots}>;
  ${each(`${look}
    tile[local] = part * (change - shared_part);
    workgroupBarrier();
    ${spread("sums", "tile", "k")}
    workgroupBarrier();`)}
  ${write("sums", "dq", "settings.scale")}
  if (local == 0u) { rows[place + 1u] = shared_part; }`,
  };
}

function biasGradient(form: Form): Shader {
  const { name, reads, factor, bias, declarations, start, each } = partsOf(form);
  return {
    name: `PackedAttentionGrad bias ${name}`,
    writes: ["dbias"],
    reads: ["dy", "q", "k", "v", "rows", ...reads],
    settings: SETTINGS,
    groupSize: TILE,
    declarations,
    body: `${start}
  let place = (row * settings.heads + head) * 2u;
  ${each(`
    let weight = weights + (row - start) * length + other - start;
    ${weightAndSlope(bias, factor, "q[at + c]", "k[there + c]", "dy[at + c]", "v[there + c]", "place")}
    if (other < end) { dbias[weight] = part * (change - rows[place + 1u]); }`)}`,
  };
}

/** Of the keys and values: here the group's row is the key, and the others are the queries that look at it. */
function keyGradient(form: Form, writes: ("dk" | "dv")[]): Shader {
  const { name, reads, factor, bias, slots, declarations, start, each, spread, write } = partsOf(form);
  const [key, value] = [held("key", "k"), held("value", "v")];
  const [dk, dv] = [writes.includes("dk"), writes.includes("dv")];
  return {
    name: `PackedAttentionGrad ${writes.join()} ${name}`,
    writes,
    reads: ["dy", "q", "k", "v", "rows", ...reads],
    settings: SETTINGS,
    groupSize: TILE,
    declarations: `${declarations}
${key.declaration}
${value.declaration}
var<workgroup> kept_tile: array<f32, ${TILE}>;`,
    body: `${start}
  ${key.load}
  ${value.load}
  workgroupBarrier();
  var key_sums: array<f32, ${slots}>;
  var value_sums: array<f32, ${slots}>;
  ${each(`
    let place = (other * settings.heads + head) * 2u;
    let weight = weights + (other - start) * length + row - start;
    ${weightAndSlope(bias, factor, "q[there + c]", "key[c]", "dy[there + c]", "value[c]", "place")}
    var drawn = 0.0;
    var kept = 0.0;
    if (inside) {
      drawn = part * (change - rows[place + 1u]);
      kept = part * ${factor};
    }
    tile[local] = drawn;
    kept_tile[local] = kept;
    workgroupBarrier();
    ${dk ? spread("key_sums", "tile", "q") : ""}
    ${dv ? spread("value_sums", "kept_tile", "dy") : ""}
    workgroupBarrier();`)}
  ${dk ? write("key_sums", "dk", "settings.scale") : ""}
  ${dv ? write("value_sums", "dv", "1.0") : ""}`,
  };
}
