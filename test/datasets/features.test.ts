import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { ClassLabel, Features, List, Value } from "../../lib/src/datasets/features";
import { DatasetError } from "../../lib/src/errors";

const sentiment = new ClassLabel({ names: ["negative", "positive"] });

test("features print as in Python", () => {
  const features = new Features({
    sentence: new Value("string"),
    label: sentiment,
    input_ids: new List(new Value("int32")),
    vector: new List(new Value("float32"), 3),
    meta: { author: new Value("string"), tags: new List(new List(new Value("string"))) },
    quoted: new ClassLabel({ names: ["it's", 'a "b"', "a\\b"] }),
  });
  const printed =
    "{'sentence': Value('string'), 'label': ClassLabel(names=['negative', 'positive']), " +
    "'input_ids': List(Value('int32')), 'vector': List(Value('float32'), length=3), " +
    "'meta': {'author': Value('string'), 'tags': List(List(Value('string')))}, " +
    `'quoted': ClassLabel(names=["it's", 'a "b"', 'a\\\\b'])}`;
  assert.equal(features.toString(), printed);
  assert.equal(inspect(features), printed);
  assert.equal(inspect({ label: sentiment }), "{ label: ClassLabel(names=['negative', 'positive']) }");
});

test("class names and numbers", () => {
  assert.equal(sentiment.numClasses, 2);
  assert.equal(sentiment.int2str(1), "positive");
  assert.deepEqual(sentiment.int2str([0, 1]), ["negative", "positive"]);
  assert.deepEqual(sentiment.int2str(Int32Array.of(1)), ["positive"]);
  assert.equal(sentiment.str2int("negative"), 0);
  assert.equal(sentiment.str2int("1"), 1);
  assert.deepEqual(sentiment.str2int(["positive", "negative"]), [1, 0]);
});

test("unknown classes are refused, hidden labels explained", () => {
  assert.throws(() => sentiment.int2str(2), /no class 2\. Classes: 0 negative, 1 positive/);
  assert.throws(() => sentiment.int2str(-1), /hidden label/);
  assert.throws(() => sentiment.str2int("good"), /no class 'good'\. Classes: \['negative', 'positive'\]/);
  assert.throws(() => sentiment.str2int("7"), DatasetError);
  assert.throws(() => new ClassLabel({ names: ["a", "a"] }), /a name twice/);
});

test("features are a map, made of an object or of pairs", () => {
  const features = new Features([["idx", new Value("int32")]]);
  assert.deepEqual([...features.keys()], ["idx"]);
  assert.equal(new Features(features).size, 1);
  assert.equal(new Features().toString(), "{}");
});
