import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { currentEngine } from "../../lib/src/engines/engines";
import { ENCODER_LAYER_WEIGHTS } from "../../lib/src/engines/fused-kernels";
import { attention } from "../../lib/src/ops/attention";
import { dropoutAddLayerNorm } from "../../lib/src/ops/dropout-add-layer-norm";
import { encoderLayer, type EncoderLayerWeights } from "../../lib/src/ops/encoder-layer";
import { hasFused, withCompositeOps } from "../../lib/src/ops/fused";
import { linear, type Activation } from "../../lib/src/ops/linear";
import { SequenceLayout } from "../../lib/src/ops/packed-sequences";
import { randomNormal } from "../../lib/src/random";
import { onEachEngine } from "../engine";
import { tinyBert, batchOf } from "../models/tiny-bert";

interface Shape {
  lengths: number[];
  hidden: number;
  inner: number;
  heads: number;
  rate: number;
  /** Whether attention's scores have a bias. Default false. */
  biased?: boolean;
  /** Default "gelu". */
  activation?: "gelu" | "gelu_new";
}

const SHAPES: Record<string, Shape> = {
  "one token": { lengths: [1], hidden: 4, inner: 6, heads: 1, rate: 0 },
  "odd sizes": { lengths: [3, 5, 1], hidden: 9, inner: 7, heads: 3, rate: 0.2 },
  "several tiles": { lengths: [17, 40, 2, 30], hidden: 64, inner: 128, heads: 4, rate: 0.1 },
  "without dropout": { lengths: [33, 12], hidden: 32, inner: 64, heads: 2, rate: 0 },
  "a bias": { lengths: [3, 18, 1], hidden: 12, inner: 20, heads: 2, rate: 0.2, biased: true },
  "GELU by tanh": { lengths: [4, 2], hidden: 8, inner: 20, heads: 2, rate: 0, activation: "gelu_new" },
};

function makeCase({ lengths, hidden, inner, heads, rate, biased = false, activation = "gelu" }: Shape) {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets.at(-1)! + length);
  const layout = new SequenceLayout(Int32Array.from(offsets));
  let site = 0;
  const normal = (shape: number[], deviation: number, mean = 0) =>
    tf.add(
      tf.tensor(randomNormal(tf.util.sizeFromShape(shape), deviation, { seed: 3, site: site++ }), shape),
      mean,
    );
  const sizeOf = (name: string) => (name.startsWith("intermediate") ? inner : hidden);
  const weights = Object.fromEntries(
    ENCODER_LAYER_WEIGHTS.map((name) => {
      if (name.endsWith("Gamma")) return [name, normal([hidden], 0.2, 1)];
      if (!name.endsWith("Weight")) return [name, normal([sizeOf(name)], 0.2)];
      const columns = name === "outputWeight" ? inner : hidden;
      return [name, normal([sizeOf(name), columns], 1 / Math.sqrt(columns))];
    }),
  ) as EncoderLayerWeights;
  const x = normal([layout.tokens, hidden], 1) as tf.Tensor2D;
  const dropout = (site: number) => ({ rate, key: { seed: 11, site, step: 4 } });
  const options = {
    ...{ heads, eps: 1e-12, activation, attentionDropout: dropout(1) },
    ...{ attentionOutputDropout: dropout(2), outputDropout: dropout(3) },
  };
  const bias = biased ? (normal([heads * layout.pairs], 1) as tf.Tensor1D) : undefined;
  return { x, weights, layout, options, bias };
}

type Case = ReturnType<typeof makeCase>;

/** The same from other ops. */
function fromParts(
  x: tf.Tensor2D,
  weights: EncoderLayerWeights,
  { layout, options }: Case,
  bias: tf.Tensor1D | undefined,
): tf.Tensor2D {
  const map = (
    input: tf.Tensor2D,
    name: "query" | "key" | "value" | "attentionOutput" | "intermediate" | "output",
    activation?: Activation,
  ) =>
    linear(input, weights[`${name}Weight`] as tf.Tensor2D, weights[`${name}Bias`] as tf.Tensor1D, activation);
  const norm = (input: tf.Tensor2D, residual: tf.Tensor2D, name: "attention" | "output") =>
    dropoutAddLayerNorm(
      ...([input, residual] as const),
      ...([weights[`${name}Gamma`] as tf.Tensor1D, weights[`${name}Beta`] as tf.Tensor1D] as const),
      options.eps,
      name === "attention" ? options.attentionOutputDropout : options.outputDropout,
    );
  const { rate, key } = options.attentionDropout;
  const context = attention(map(x, "query"), map(x, "key"), map(x, "value"), layout, {
    ...{ heads: options.heads, dropoutRate: rate, key, bias },
  });
  const attended = norm(map(context, "attentionOutput"), x, "attention");
  return norm(map(map(attended, "intermediate", options.activation), "output"), attended, "output");
}

/** Values, and gradients of x, of all weights and of the bias, where there is one, under random weights of the values. */
function run(one: Case, layer: typeof fromParts): Float32Array[] {
  const before = tf.memory().numTensors;
  const upstream = tf.tensor2d(randomNormal(one.x.size, 1, { seed: 5, site: 0 }), one.x.shape);
  const inputs = ENCODER_LAYER_WEIGHTS.map((name) => one.weights[name]);
  const named = (values: tf.Tensor[]) =>
    Object.fromEntries(ENCODER_LAYER_WEIGHTS.map((name, i) => [name, values[i]])) as EncoderLayerWeights;
  const { value, grads } = tf.valueAndGrads((x: tf.Tensor, ...weights: tf.Tensor[]) =>
    layer(x as tf.Tensor2D, named(weights), one, weights[inputs.length] as tf.Tensor1D | undefined),
  )([one.x, ...inputs, ...(one.bias ? [one.bias] : [])], upstream);
  const results = [value, ...grads].map((tensor) => tensor.dataSync().slice() as Float32Array);
  tf.dispose([value, grads, upstream]);
  assert.equal(tf.memory().numTensors, before);
  return results;
}

function assertClose(actual: Float32Array[], expected: Float32Array[], tolerance: number): void {
  for (const [i, values] of expected.entries()) {
    const largest = Math.max(1, ...values.map(Math.abs));
    const difference = Math.max(...values.map((value, j) => Math.abs(value - actual[i]![j]!)));
    const name = i < 2 ? ["values", "x"][i]! : (ENCODER_LAYER_WEIGHTS[i - 2] ?? "bias");
    assert.ok(difference <= tolerance * largest, `${name}: ${difference} of ${largest}`);
  }
}

const asOne: typeof fromParts = (x, weights, one, bias) =>
  encoderLayer(x, weights, one.layout, { ...one.options, bias })!;

onEachEngine("encoderLayer", (engine) => {
  test("there is a kernel for it on the engines that have their own kernels", () => {
    assert.equal(hasFused("EncoderLayer"), engine !== "cpu");
    if (engine === "cpu") assert.equal(run(makeCase(SHAPES["one token"]!), fromParts).length, 18);
  });

  for (const [name, shape] of Object.entries(SHAPES)) {
    test(`${name}: values and gradients are those of the ops that it consists of`, (t) => {
      if (!hasFused("EncoderLayer")) return t.skip("no kernel");
      const one = makeCase(shape);
      const expected = run(one, (...args) => withCompositeOps(() => fromParts(...args)));
      assertClose(run(one, asOne), expected, 2e-5);
      // The same numbers every time, and the same without a gradient.
      const [first, second] = [run(one, asOne), run(one, asOne)];
      assert.deepEqual(second, first);
      const plain = tf.tidy(() => asOne(one.x, one.weights, one, one.bias).dataSync().slice());
      assert.deepEqual(plain, first[0]);
    });
  }

  test("gradients are those of finite differences", (t) => {
    if (!hasFused("EncoderLayer")) return t.skip("no kernel");
    const one = makeCase({ lengths: [3, 2], hidden: 6, inner: 8, heads: 2, rate: 0.1 });
    const upstream = randomNormal(one.x.size, 1, { seed: 5, site: 0 });
    const loss = () =>
      tf.tidy(() => {
        const values = asOne(one.x, one.weights, one, one.bias).dataSync<"float32">();
        return values.reduce((sum, value, i) => sum + value * upstream[i]!, 0);
      });
    const gradients = run(one, asOne);
    const parts = { ...one.weights };
    for (const [i, name] of ENCODER_LAYER_WEIGHTS.entries()) {
      const values = parts[name].dataSync().slice();
      const place = i % values.length;
      const at = (offset: number) => {
        const moved = values.slice();
        moved[place]! += offset;
        one.weights[name] = tf.tensor(moved, parts[name].shape);
        return loss();
      };
      const step = 5e-3;
      const numeric = (at(step) - at(-step)) / (2 * step);
      one.weights[name] = parts[name];
      const analytic = gradients[i + 2]![place]!;
      assert.ok(
        Math.abs(numeric - analytic) < 5e-3 * Math.max(1, Math.abs(analytic)),
        `${name}: ${numeric} ${analytic}`,
      );
    }
  });

  test("in bf16, as its ops in bf16", async (t) => {
    const engine = await currentEngine();
    if (!engine.supportsBf16) return t.skip("no bf16");
    const before = engine.setMatMulPrecision!("bf16");
    try {
      const one = makeCase(SHAPES["several tiles"]!);
      assertClose(run(one, asOne), run(one, fromParts), 2e-2);
      assert.deepEqual(run(one, asOne), run(one, asOne));
    } finally {
      engine.setMatMulPrecision!(before);
    }
  });
});

describe("a model's layers", () => {
  after(() => tf.disposeVariables());

  onEachEngine("whether computed as one or in parts", () => {
    const gradientsOf = (frozen: string[]) => {
      const model = tinyBert({ hiddenDropoutProb: 0.2 }).train();
      if (frozen.length > 0) model.freeze(...frozen);
      const { input_ids, attention_mask } = batchOf([[2, 7, 9, 3], [4]]);
      const labels = tf.tensor1d([0, 1], "int32");
      const { value, grads } = tf.variableGrads(() =>
        tf.tidy(() => model.forward({ input_ids, attention_mask, labels }).loss!),
      );
      const parameters = [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
      return {
        loss: value.dataSync()[0]!,
        gradients: new Map(parameters.map(([name, { value }]) => [name, grads[value.name]!.dataSync()])),
      };
    };

    test("gradients of a layer that is half frozen are those of the layer as a whole", () => {
      const whole = gradientsOf([]);
      const half = gradientsOf(["bert.encoder.layer.0.attention", "bert.encoder.layer.1.output.dense"]);
      assert.ok(Math.abs(whole.loss - half.loss) < 1e-6);
      assert.ok(half.gradients.size < whole.gradients.size);
      for (const [name, gradient] of half.gradients) {
        const other = whole.gradients.get(name)!;
        gradient.forEach((value, i) => assert.ok(Math.abs(value - other[i]!) < 1e-5, name));
      }
    });
  });
});
