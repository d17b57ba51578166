import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { SequenceLayout } from "../../lib/src/ops/packed-sequences";
import { relativePositionBias } from "../../lib/src/ops/relative-position-bias";
import { onEachEngine } from "../engine";
import { checkOp, normal } from "./against-reference";

const FIXTURE = path.resolve(__dirname, "../fixtures/models/relative_positions.json");

// Kinds of a distance below four are theirs alone; of four and more: 4, …
checkOp("relativePositionBias", () => ({
  inputs: [normal([8, 2], 1)],
  op: (table) => relativePositionBias(table as tf.Tensor2D, new SequenceLayout(Int32Array.of(0, 1, 4)), 16),
  reference: (table) => {
    const kind = (distance: number) => (distance > 0 ? 4 : 0) + Math.min(Math.abs(distance), 2);
    const bias: number[] = [];
    for (const length of [1, 3]) {
      for (let head = 0; head < 2; head++) {
        for (let i = 0; i < length; i++) {
          for (let j = 0; j < length; j++) bias.push(table[kind(j - i) * 2 + head]!);
        }
      }
    }
    return Float64Array.from(bias);
  },
}));

onEachEngine("relativePositionBias against transformers", () => {
  test("every distance is of the kind that MPNetEncoder says", () => {
    const { mpnet } = JSON.parse(readFileSync(FIXTURE, "utf8")) as { mpnet: number[] };
    const length = (mpnet.length + 1) / 2;
    tf.tidy(() => {
      const table = tf.tensor2d(Array.from({ length: 32 }, (_, kind) => [kind]));
      const layout = new SequenceLayout(Int32Array.of(0, length));
      const bias = relativePositionBias(table, layout, 128).dataSync();
      // The last row sees distances -(length - 1) … 0, the first one 0 … length - 1.
      const seen = [...bias.subarray((length - 1) * length), ...bias.subarray(1, length)];
      assert.deepEqual(seen, mpnet);
    });
  });
});
