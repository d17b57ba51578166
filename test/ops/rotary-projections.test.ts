import * as tf from "@tensorflow/tfjs-core";
import { rotaryProjections } from "../../lib/src/ops/rotary-projections";
import { checkOp, normal } from "./against-reference";

const POSITIONS = [0, 1, 2, 0, 7];

/** Queries, keys and values of all tokens, one after the other. */
function turned(qkv: Float64Array, hidden: number, heads: number, theta: number): Float64Array {
  const out = new Float64Array(qkv.length);
  const half = hidden / heads / 2;
  for (const [token, position] of POSITIONS.entries()) {
    for (let column = 0; column < 3 * hidden; column++) {
      const [part, within] = [Math.floor(column / hidden), column % (2 * half)];
      const from = token * 3 * hidden + column;
      const to = token * 3 * hidden + column;
      const angle = position / theta ** ((within % half) / half);
      const partner = qkv[within < half ? from + half : from - half]!;
      const sign = within < half ? -1 : 1;
      out[to] = part === 2 ? qkv[from]! : qkv[from]! * Math.cos(angle) + sign * partner * Math.sin(angle);
    }
  }
  return out;
}

for (const [hidden, heads, theta] of [
  [12, 2, 100],
  [8, 4, 10_000],
] as const) {
  checkOp(`rotaryProjections, ${heads} heads of ${hidden / heads} columns`, () => ({
    inputs: [normal([POSITIONS.length, 3 * hidden], 1)],
    op: (qkv) => {
      const options = { positions: Int32Array.from(POSITIONS), heads, theta };
      const { query, key, value } = rotaryProjections(qkv as tf.Tensor2D, options);
      return tf.concat([query, key, value], 1);
    },
    reference: (qkv) => turned(qkv, hidden, heads, theta),
  }));
}
