import assert from "node:assert/strict";
import test from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { BagOfWords } from "../../lib/src/evaluation/bag-of-words";

const TEXTS = ["a good film", "good fun", "not good", "a bad film", "bad luck", "not bad"];
const LABELS = [1, 1, 0, 0, 0, 1];

test("learns words, and with pairs of words their negation", () => {
  const pairs = BagOfWords.fit(TEXTS, LABELS, { c: 100 });
  assert.deepEqual(pairs.predict(TEXTS), LABELS);
  assert.deepEqual(pairs.predict(["GOOD; good!", "Bad, bad.", "Not bad!"]), [1, 0, 1]);
  const words = BagOfWords.fit(["good not", "not good"], [1, 0], { ngrams: 1 });
  assert.equal(
    new Set(words.predict(["good not", "not good"])).size,
    1,
    "single words cannot tell them apart",
  );
});

test("has a bias for what no word decides, takes any number of classes, and draws no random numbers", () => {
  const mostly = BagOfWords.fit(["x", "y", "z", "x y"], [2, 2, 2, 0]);
  assert.deepEqual(mostly.predict(["", "w"]), [2, 2]);
  const three = BagOfWords.fit(["red", "green", "blue"], [0, 1, 2], { c: 100 });
  assert.deepEqual(three.predict(["blue", "red", "green"]), [2, 0, 1]);
  assert.deepEqual(BagOfWords.fit(TEXTS, LABELS), BagOfWords.fit(TEXTS, LABELS));
});

test("the weights are those of the minimum: the gradient there is nearly 0", () => {
  // One word, one label each way: by symmetry w = w1 = -w0, and minimising c * 2 log(1 + exp(-2w)) + w^2 … has a closed
  // condition, w = 2 c s(-2w) per class, s the logistic function.
  const fit = BagOfWords.fit(["yes", "no"], [1, 0], { c: 1 }) as unknown as { weights: Float64Array[] };
  const [, positive] = fit.weights;
  const w = positive![0]!;
  const margin = 2 * (positive![0]! + positive![2]!);
  assert.ok(Math.abs(w - 1 / (1 + Math.exp(margin))) < 1e-6, String(w));
});

test("what is no text with a label is refused", () => {
  const refused = (texts: string[], labels: number[], pattern: RegExp) =>
    assert.throws(
      () => BagOfWords.fit(texts, labels),
      (error: Error) => error instanceof ConfigError && pattern.test(error.message),
    );
  refused([], [], /0 texts and 0 labels/);
  refused(["a"], [0, 1], /1 texts and 2 labels/);
  refused(["a", "b"], [0, -1], /text 1 has the label -1/);
});
