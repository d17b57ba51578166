import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { packSequences, padSequences, SequenceLayout } from "../../lib/src/ops/packed-sequences";
import { onEachEngine } from "../engine";
import { checkOp, normal } from "./against-reference";

const layout = new SequenceLayout(Int32Array.of(0, 1, 4, 6));

test("a layout knows its sequences", () => {
  assert.equal(layout.count, 3);
  assert.equal(layout.tokens, 6);
  assert.equal(layout.maxLength, 3);
  assert.deepEqual(
    [0, 1, 2].map((s) => layout.length(s)),
    [1, 3, 2],
  );
  assert.deepEqual([...layout.gridToPacked()], [0, 6, 6, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...layout.packedToGrid()], [0, 3, 4, 5, 6, 7]);
});

const place = (row: number) => layout.packedToGrid()[row]!;

checkOp("padSequences", () => ({
  inputs: [normal([6, 2], 1)],
  op: (x) => padSequences(x as tf.Tensor2D, layout),
  reference: (x) => {
    const grid = new Float64Array(18);
    x.forEach((value, i) => (grid[place(Math.floor(i / 2)) * 2 + (i % 2)] = value));
    return grid;
  },
}));

checkOp("packSequences", () => ({
  inputs: [normal([9, 2], 1)],
  op: (x) => packSequences(x as tf.Tensor2D, layout),
  reference: (x) => Float64Array.from({ length: 12 }, (_, i) => x[place(Math.floor(i / 2)) * 2 + (i % 2)]!),
}));

onEachEngine("packing", () => {
  test("undoes padding", () => {
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R2>([6, 5]);
      assert.deepEqual(packSequences(padSequences(x, layout), layout).dataSync(), x.dataSync());
    });
  });
});
