import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamw } from "../../lib/src/ops/adamw";
import { withCompositeOps } from "../../lib/src/ops/fused";
import { onEachEngine } from "../engine";
import { assertClose } from "./against-reference";

const START = [0.5, -1, 0, 2];
const GRADIENTS = [
  [0.1, -0.2, 0, 3],
  [0.3, 0.1, 0, -1],
  [-0.05, 0.2, 1e-4, 0.5],
];
const LEARNING_RATES = [1e-2, 5e-3, 1e-3];

/** After each step, from torch.optim.AdamW (PyTorch 2.13, float64), weight decay 0.1 and gradients halved. */
const EXPECTED = [
  [0.489500002, -0.989000001, 0, 1.988],
  [0.4846663468, -0.987173816, 0, 1.985004907],
  [0.4840169669, -0.9873477953, -0.0006385924951, 1.984400981],
];

onEachEngine("adamw", () => {
  for (const form of ["as dispatched", "composite"]) {
    test(`three steps as torch.optim.AdamW does them (${form})`, () => {
      const parameter = tf.tidy(() => tf.variable(tf.tensor1d(START)));
      const firstMoment = tf.tidy(() => tf.variable(tf.zeros([4])));
      const secondMoment = tf.tidy(() => tf.variable(tf.zeros([4])));
      for (const [index, values] of GRADIENTS.entries()) {
        const gradient = tf.tensor1d(values);
        const settings = {
          learningRate: LEARNING_RATES[index]!,
          beta1: 0.9,
          beta2: 0.999,
          eps: 1e-8,
          weightDecay: 0.1,
          step: index + 1,
          gradientScale: 0.5,
        };
        const update = () => adamw({ parameter, gradient, firstMoment, secondMoment }, settings);
        if (form === "composite") withCompositeOps(update);
        else update();
        gradient.dispose();
        assertClose(parameter.dataSync(), EXPECTED[index]!, 1e-6, `weights after step ${index + 1}`);
      }
      tf.dispose([parameter, firstMoment, secondMoment]);
    });
  }
});
