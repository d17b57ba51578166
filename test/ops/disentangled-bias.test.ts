import * as tf from "@tensorflow/tfjs-core";
import { disentangledBias } from "../../lib/src/ops/disentangled-bias";
import { SequenceLayout } from "../../lib/src/ops/packed-sequences";
import { checkOp, normal } from "./against-reference";

const OFFSETS = [0, 1, 5, 8];
const [TOKENS, HIDDEN, HEADS, LONGEST, SCALE] = [8, 6, 2, 4, 0.3];
const SIZE = HIDDEN / HEADS;
const DISTANCES = 2 * LONGEST - 1;

const layout = new SequenceLayout(Int32Array.from(OFFSETS));
const options = { heads: HEADS, scale: SCALE };

/** Of each head of each sequence the pairs of tokens. */
function expected(
  q: Float64Array,
  k: Float64Array,
  positionKeys: Float64Array | undefined,
  positionQueries: Float64Array | undefined,
): Float64Array {
  const bias: number[] = [];
  for (let s = 0; s + 1 < OFFSETS.length; s++) {
    const [start, end] = [OFFSETS[s]!, OFFSETS[s + 1]!];
    for (let head = 0; head < HEADS; head++) {
      const dot = (x: Float64Array, row: number, table: Float64Array | undefined, distance: number) => {
        let sum = 0;
        for (let d = head * SIZE; table && d < (head + 1) * SIZE; d++)
          sum += x[row * HIDDEN + d]! * table[distance * HIDDEN + d]!;
        return sum;
      };
      for (let i = start; i < end; i++) {
        for (let j = start; j < end; j++) {
          const distance = i - j + LONGEST - 1;
          bias.push(SCALE * (dot(q, i, positionKeys, distance) + dot(k, j, positionQueries, distance)));
        }
      }
    }
  }
  return Float64Array.from(bias);
}

const tables = () => [normal([DISTANCES, HIDDEN], 3), normal([DISTANCES, HIDDEN], 4)];
const contents = () => [normal([TOKENS, HIDDEN], 1), normal([TOKENS, HIDDEN], 2)];
type Matrix = tf.Tensor2D;

checkOp("disentangledBias, both sides", () => ({
  inputs: [...contents(), ...tables()],
  op: (q, k, positionKeys, positionQueries) =>
    disentangledBias(
      ...([q as Matrix, k as Matrix] as const),
      { positionKeys: positionKeys as Matrix, positionQueries: positionQueries as Matrix },
      ...([layout, options] as const),
    ),
  reference: (q, k, positionKeys, positionQueries) => expected(q, k, positionKeys, positionQueries),
}));

// Of the content that meets no table there is nothing to learn.
const other = () => tf.tensor2d(Float32Array.from(normal([TOKENS, HIDDEN], 5).values), [TOKENS, HIDDEN]);
const unused = new Float64Array(TOKENS * HIDDEN);

checkOp("disentangledBias, the looking token's content alone", () => ({
  inputs: [contents()[0]!, tables()[0]!],
  op: (q, table) =>
    disentangledBias(q as Matrix, other(), { positionKeys: table as Matrix }, layout, options),
  reference: (q, table) => expected(q, unused, table, undefined),
}));

checkOp("disentangledBias, the other token's content alone", () => ({
  inputs: [contents()[1]!, tables()[0]!],
  op: (k, table) =>
    disentangledBias(other(), k as Matrix, { positionQueries: table as Matrix }, layout, options),
  reference: (k, table) => expected(unused, k, undefined, table),
}));
