import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { evaluate } from "../../lib/src/evaluation/evaluate";
import type { SeqevalInputs, SeqevalResult } from "../../lib/src/evaluation/seqeval";
import type { SquadInputs, SquadResult } from "../../lib/src/evaluation/squad";
import type { SquadV2Inputs, SquadV2Options, SquadV2Result } from "../../lib/src/evaluation/squad-v2";

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.resolve(__dirname, "../fixtures/evaluation", name), "utf8"));
}

function assertNear(actual: unknown, expected: unknown, note: string): void {
  if (typeof expected === "number") {
    assert.ok(Math.abs((actual as number) - expected) < 1e-9, `${note}: ${String(actual)}, not ${expected}`);
    return;
  }
  const [found, wanted] = [actual, expected] as Record<string, unknown>[];
  assert.deepEqual(Object.keys(found!).sort(), Object.keys(wanted!).sort(), note);
  for (const [name, value] of Object.entries(wanted!)) assertNear(found![name], value, `${note}, ${name}`);
}

test("seqeval's figures, over all names and by kind, whatever the tags", async () => {
  const metric = await evaluate.load("seqeval");
  const cases = read("seqeval.json") as (SeqevalInputs & { suffix: boolean; result: SeqevalResult })[];
  for (const { result, ...inputs } of cases)
    assertNear(metric.compute(inputs), result, JSON.stringify(inputs));
});

test("SQuAD's exact match and F1", async () => {
  const metric = await evaluate.load("squad");
  const cases = read("squad.json") as (SquadInputs & { result: SquadResult })[];
  for (const { result, ...inputs } of cases)
    assertNear(metric.compute(inputs), result, JSON.stringify(inputs));
});

test("SQuAD 2's figures, whatever has no answer, and the best thresholds", async () => {
  const metric = await evaluate.load("squad_v2");
  const cases = read("squad_v2.json") as (SquadV2Inputs & SquadV2Options & { result: SquadV2Result })[];
  for (const { result, ...inputs } of cases)
    assertNear(metric.compute(inputs), result, JSON.stringify(inputs));
  const references = [{ id: "a", answers: { text: [] } }];
  assert.throws(
    () => metric.compute({ predictions: [{ id: "a", prediction_text: "" }], references } as never),
    {
      name: "ConfigError",
      message: /references\[0\].*no_answer_probability for the id "a"/,
    },
  );
});

test("inputs that do not fit are refused, and say where", async () => {
  const [seqeval, squad] = [await evaluate.load("seqeval"), await evaluate.load("squad")];
  const refuses = (compute: () => unknown, message: RegExp) =>
    assert.throws(compute, { name: "ConfigError", message });
  refuses(
    () => seqeval.compute({ predictions: [["O"]], references: [["O", "O"]] }),
    /sentence 0 has 1 predicted and 2 true/,
  );
  refuses(() => seqeval.compute({ predictions: [], references: [] }), /nothing to compare/);
  refuses(
    () => seqeval.compute({ predictions: [["O"], ["PER"]], references: [["O"], ["O"]] }),
    /predictions\[1\]\[0\] is "PER"/,
  );
  refuses(() => seqeval.compute({ predictions: [[1]], references: [[0]] } as never), /id2label/);
  refuses(() => seqeval.compute({ predictions: [["O"]] } as never), /references has to be a list of lists/);
  refuses(
    () => seqeval.compute({ predictions: [["O"]], references: [["O"]], mode: "strict" } as never),
    /mode/,
  );
  const references = [{ id: "a", answers: { text: ["x"] } }];
  refuses(() => squad.compute({ predictions: [], references }), /no prediction .* id "a"/);
  refuses(
    () =>
      squad.compute({
        predictions: [{ id: "a", prediction_text: "x" }],
        references: [{ id: "a", answers: { text: [] } }],
      }),
    /has no answers.text/,
  );
});
