import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as finetune from "../lib/src";

const page = readFileSync(path.resolve(__dirname, "../docs/from-python.md"), "utf8");

/** The middle column of each table. */
const ours = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|")[2]!);

/** What the page calls things that somebody has made. */
const INSTANCES: Record<string, object> = {
  dataset: finetune.Dataset.prototype,
  datasets: finetune.DatasetDict.prototype,
  tokenizer: finetune.PreTrainedTokenizer.prototype,
  model: finetune.BertForSequenceClassification.prototype,
  trainer: finetune.Trainer.prototype,
};

/** Properties that a prototype does not have. */
const FIELDS = ["datasets.train", "trainer.state", "dataset.features", "metric.compute"];

test("every call of the page is one of the library", () => {
  assert.ok(ours.length > 50, `${ours.length} rows`);
  const calls = ours.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!));
  const unknown = calls.filter((call) => {
    const [, name = "", member] = /^(?:await |new )*([A-Za-z]+)(?:\.([A-Za-z]+))?/.exec(call) ?? [];
    if (name in finetune) {
      const exported = finetune[name as keyof typeof finetune] as unknown as Record<string, unknown>;
      return member !== undefined && exported[member] === undefined;
    }
    if (member === undefined) return INSTANCES[name] === undefined;
    if (FIELDS.includes(`${name}.${member}`)) return false;
    let prototype: object | null = INSTANCES[name] ?? null;
    while (prototype && !Object.getOwnPropertyDescriptor(prototype, member)) {
      prototype = Object.getPrototypeOf(prototype) as object | null;
    }
    return prototype === null;
  });
  assert.deepEqual(unknown, []);
});
