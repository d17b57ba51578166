import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TextClassificationPipeline } from "../../lib/src/inference/text-classification";
import { converse } from "../../notebook/src/converse";
import { predictTable } from "../../notebook/src/predict-table";

/** Takes a text with "good" for positive. */
const classify = ((texts: readonly string[]) =>
  Promise.resolve(
    texts.map((text) => {
      const positive = text.includes("good") ? 0.9 : 0.2;
      const both = [
        { label: "negative", score: 1 - positive },
        { label: "positive", score: positive },
      ];
      return both.sort((a, b) => b.score - a.score);
    }),
  )) as unknown as TextClassificationPipeline;

async function talk(
  lines: (string | undefined)[],
  standIns?: string[],
): Promise<{ said: string[]; classified: string[] }> {
  const { log } = console;
  const said: string[] = [];
  console.log = (line: string) => void said.push(line);
  try {
    const left = [...lines];
    const options = standIns ? { standIns } : { ask: () => Promise.resolve(left.shift()) };
    return { classified: await converse(classify, options), said };
  } finally {
    console.log = log;
  }
}

describe("converse", () => {
  it("says label, confidence and all probabilities, refuses an empty line politely, and ends at quit", async () => {
    const { said, classified } = await talk(["  a good film ", "", "dull", "Quit", "never asked"]);
    assert.deepEqual(said, [
      "positive, 90.0 % sure (negative 10.0 %, positive 90.0 %)",
      "There is nothing to read in an empty line. Please type a few words.",
      "negative, 80.0 % sure (negative 80.0 %, positive 20.0 %)",
      "Thank you!",
    ]);
    assert.deepEqual(classified, ["a good film", "dull"]);
  });

  it("ends at exit, at q, and where the input ends", async () => {
    for (const farewell of ["exit", "q", "Q", undefined]) {
      assert.deepEqual((await talk([farewell, "x"])).classified, [], String(farewell));
    }
  });

  it("lets lines stand in where nobody can be asked", async () => {
    const { said } = await talk([], ["a good film", "quit"]);
    assert.match(said[0]!, /Nobody can be asked here/);
    assert.deepEqual(said.slice(1), [
      "Your review (or quit): a good film",
      "positive, 90.0 % sure (negative 10.0 %, positive 90.0 %)",
      "Your review (or quit): quit",
      "Thank you!",
    ]);
  });
});

describe("predictTable", () => {
  it("has a column for each label, the same in every row", async () => {
    const shown = await predictTable(classify, ["a good film", "dull"]);
    assert.deepEqual(
      shown.predictions.map(({ label, confidence }) => [label, confidence]),
      [
        ["positive", 0.9],
        ["negative", 0.8],
      ],
    );
    assert.match(
      shown.toMimeBundle()["text/plain"],
      /p\(negative\) +p\(positive\)\n.*\na good film +positive +90\.0 % +10\.0 % +90\.0 %\ndull +negative +80\.0 % +80\.0 % +20\.0 %$/,
    );
  });

  it("takes no texts", async () => {
    assert.deepEqual((await predictTable(classify, [])).predictions, []);
  });
});
