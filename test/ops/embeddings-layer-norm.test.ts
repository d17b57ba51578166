import * as tf from "@tensorflow/tfjs-core";
import { embeddingsLayerNorm } from "../../lib/src/ops/embeddings-layer-norm";
import { checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

const WIDTH = 4;
const IDS = [4, 1, 4, 2];
const POSITIONS = [0, 1, 0, 1];
const TYPES = [0, 1, 0, 0];

const rows = (table: Float64Array, numbers: number[]) =>
  Float64Array.from(numbers.flatMap((id) => [...table.subarray(id * WIDTH, (id + 1) * WIDTH)]));

checkOp("embeddingsLayerNorm", () => ({
  inputs: [
    normal([5, WIDTH], 1),
    normal([3, WIDTH], 2),
    normal([2, WIDTH], 3),
    normal([WIDTH], 4),
    normal([WIDTH], 5),
  ],
  op: (word, position, tokenType, gamma, beta) =>
    embeddingsLayerNorm(
      {
        word: word as tf.Tensor2D,
        position: position as tf.Tensor2D,
        tokenType: tokenType as tf.Tensor2D,
      },
      {
        ids: tf.tensor1d(IDS, "int32"),
        positions: tf.tensor1d(POSITIONS, "int32"),
        tokenTypes: tf.tensor1d(TYPES, "int32"),
      },
      gamma as tf.Tensor1D,
      beta as tf.Tensor1D,
      1e-12,
      0,
    ),
  reference: (word, position, tokenType, gamma, beta) => {
    const placed = double.add(rows(word, IDS), rows(position, POSITIONS));
    return double.layerNorm(double.add(placed, rows(tokenType, TYPES)), gamma, beta, 1e-12);
  },
  tolerance: 2e-5,
}));
