import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { watchGradients } from "../../lib/src/ops/tape";
import { onEachEngine } from "../engine";
import { batchOf, tinyBert } from "../models/tiny-bert";

onEachEngine("gradients on their way", (engine) => {
  test("are told in the backward pass, before those of what lies below, and are the ones that come out", () => {
    const model = tinyBert();
    const names = new Map([...model.namedParameters()].map(([name, { value }]) => [value, name]));
    const seen = new Map<string, number[]>();
    const batch = {
      ...batchOf([
        [2, 7, 3],
        [2, 9, 11, 3],
      ]),
      labels: tf.tensor1d([0, 1], "int32"),
    };
    const { grads, value } = tf.variableGrads(() => {
      const loss = model.forward(batch).loss!;
      watchGradients(loss, [...names.keys()], (variable, gradient) => {
        seen.set(names.get(variable)!, [...gradient.dataSync()]);
      });
      return loss;
    });
    for (const [variable, name] of names) {
      // In parts, a weight may be used by several operations; what is told is complete.
      if (seen.has(name)) assert.deepEqual(seen.get(name), [...grads[variable.name]!.dataSync()], name);
    }
    // Where a layer is one operation, nothing is left for the end.
    if (engine !== "cpu") assert.equal(seen.size, names.size);
    const order = [...seen.keys()].map((name) =>
      Number(/layer\.(\d)/.exec(name)?.[1] ?? (name.includes("embeddings") ? -1 : 9)),
    );
    assert.deepEqual(
      order,
      [...order].sort((a, b) => b - a),
    );
    tf.dispose([value, grads]);
  });

  test("that are sums of several are not told", () => {
    const [x, y] = [tf.variable(tf.tensor1d([2])), tf.variable(tf.tensor1d([3]))];
    const seen: tf.Variable[] = [];
    const { grads } = tf.variableGrads(() => {
      const loss = tf.sum(tf.add(tf.mul(x, x), tf.mul(y, 5)));
      watchGradients(loss, [x, y], (variable) => seen.push(variable));
      return loss as tf.Scalar;
    });
    assert.deepEqual(seen, [y]);
    assert.deepEqual([...grads[x.name]!.dataSync()], [4]);
  });
});
