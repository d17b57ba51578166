import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { gelu } from "../../lib/src/ops/gelu";
import { onEachEngine } from "../engine";
import { assertClose, checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

checkOp("gelu", () => ({
  inputs: [normal([4, 9], 1)],
  op: gelu,
  reference: (x) => x.map(double.gelu),
}));

onEachEngine("gelu against PyTorch", () => {
  test("values of torch.nn.functional.gelu, the far ends among them", () => {
    const x = [-20, -3, -1, -0.5, 0, 0.5, 1, 3, 20];
    const expected = [
      0, -0.00404969409, -0.158655254, -0.154268769, 0, 0.345731231, 0.841344746, 2.995950306, 20,
    ];
    tf.tidy(() => assertClose(gelu(tf.tensor1d(x)).dataSync(), expected, 1e-6));
  });
});
