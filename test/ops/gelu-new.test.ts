import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { geluNew } from "../../lib/src/ops/gelu-new";
import { onEachEngine } from "../engine";
import { assertClose, checkOp, normal } from "./against-reference";

checkOp("geluNew", () => ({
  inputs: [normal([4, 9], 1)],
  op: geluNew,
  reference: (x) =>
    x.map((value) => (value / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)))),
}));

onEachEngine("geluNew against transformers", () => {
  test("values of NewGELUActivation, the far ends among them", () => {
    const x = [-20, -3, -1, 0, 0.5, 1, 3, 20];
    const expected = [-0, -0.003637437, -0.158808009, 0, 0.345714009, 0.841191991, 2.996362564, 20];
    tf.tidy(() => assertClose(geluNew(tf.tensor1d(x)).dataSync(), expected, 1e-6));
  });
});
