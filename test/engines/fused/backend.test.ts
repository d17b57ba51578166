import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { currentEngine } from "../../../lib/src/engines/engines";
import { attention } from "../../../lib/src/ops/attention";
import { withCompositeOps } from "../../../lib/src/ops/fused";
import { linear } from "../../../lib/src/ops/linear";
import { SequenceLayout } from "../../../lib/src/ops/packed-sequences";
import { randomNormal } from "../../../lib/src/random";
import { noNative, startEngine } from "../../engine";
import { tinyTrainer, weightsOf } from "../../training/tiny-task";

const normal = (shape: number[], site: number): tf.Tensor =>
  tf.tensor(randomNormal(tf.util.sizeFromShape(shape), 1, { seed: 3, site }), shape);

describe("the native backend", { skip: noNative }, () => {
  before(() => startEngine("native"));

  test("tensors do not share memory with the arrays that they are made of or read into", () => {
    // Small ones are not pooled, and just as much their own.
    for (const size of [5, 5000]) {
      const values = new Float32Array(size).fill(1);
      const tensor = tf.tensor1d(values);
      values.fill(2);
      const read = tensor.dataSync();
      assert.ok(read.every((value) => value === 1));
      read.fill(3);
      assert.ok(tensor.dataSync().every((value) => value === 1));
      tensor.dispose();
      tf.ones([size]).mul(3).dispose();
      assert.ok(read.every((value) => value === 3));
    }
  });

  test("part of a tensor outlives it", () => {
    const whole = tf.range(0, 5000);
    const doubled = tf.add(whole, whole);
    const parts = [doubled.slice(100, 3), doubled.slice(2000, 2000)];
    tf.dispose([whole, doubled]);
    const other = tf.zeros([5000]).add(tf.ones([5000]));
    assert.deepEqual([...parts[0]!.dataSync()], [200, 202, 204]);
    assert.equal(parts[1]!.dataSync()[1999], 2 * 3999);
    tf.dispose([...parts, other]);
  });

  test("attention over sequences of 1, 512 and 7 tokens is that of the composite form", () => {
    const layout = new SequenceLayout(Int32Array.from([0, 1, 513, 520]));
    const run = () =>
      tf.tidy(() => {
        const [q, k, v, dy] = [1, 2, 3, 4].map((site) => normal([520, 48], site)) as tf.Tensor2D[];
        const options = { heads: 2, dropoutRate: 0.1, key: { seed: 1, site: 2, step: 3 } };
        const op = (...x: tf.Tensor[]) =>
          attention(...(x as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]), layout, options);
        return [op(q!, k!, v!), ...tf.grads(op)([q!, k!, v!], dy)].map((x) => x.dataSync());
      });
    const fused = run();
    for (const [i, expected] of withCompositeOps(run).entries()) {
      expected.forEach((value, j) => assert.ok(Math.abs(fused[i]![j]! - value) < 2e-5, `${i}: ${j}`));
    }
  });

  test("bf16: products near those in f32, and f32 again afterwards", async (t) => {
    const engine = await currentEngine();
    if (!engine.supportsBf16) return t.skip("this processor has no bf16");
    const [x, weight] = [normal([40, 64], 1), normal([32, 64], 2)] as [tf.Tensor2D, tf.Tensor2D];
    const product = () => tf.tidy(() => linear(x, weight, tf.zeros([32])).dataSync());
    const exact = product();
    assert.equal(engine.setMatMulPrecision!("bf16"), "f32");
    const near = product();
    assert.equal(engine.setMatMulPrecision!("f32"), "bf16");
    assert.deepEqual(product(), exact);
    const largest = Math.max(...near.map((value, i) => Math.abs(value - exact[i]!)));
    assert.ok(largest > 0 && largest < 0.15, String(largest));
    tf.dispose([x, weight]);
  });

  for (const bf16 of [false, true]) {
    test(`the same seed gives the same weights bit for bit, ${bf16 ? "bf16" : "f32"}`, async () => {
      const weights = async () => {
        const trainer = tinyTrainer({ bf16, maxSteps: 12 });
        await trainer.train();
        return weightsOf(trainer.model);
      };
      assert.deepEqual(await weights(), await weights());
    });
  }

  test("training leaves memory as it was", async () => {
    const trainer = tinyTrainer({ maxSteps: 60, bf16: true });
    const figures: number[] = [];
    const collect = {
      onStepEnd: () => {
        const { numTensors, numBytesReserved } = tf.memory() as tf.MemoryInfo & { numBytesReserved: number };
        figures.push(numTensors, numBytesReserved);
      },
    };
    trainer.addCallback(collect);
    await trainer.train();
    assert.deepEqual(figures.slice(-2), figures.slice(20, 22));
  });
});
