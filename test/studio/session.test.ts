import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { defaultSettings, type StudioEvent } from "../../lib/src/studio/session/protocol";
import { Session } from "../../lib/src/studio/session/session";
import { tearDown, type Owner } from "../teardown";
import { SENTENCES } from "./supplies";
import { tinyCheckpoint } from "./tiny-checkpoint";

const SETTINGS = { ...defaultSettings("all", 64), epochs: 2 };

/** A session in a folder of its own, which has taken the sentences. */
async function begin(t: Owner, checkpoint: string, folder = newFolder(t)) {
  const events: StudioEvent[] = [];
  const session = new Session(folder, (event) => events.push(event));
  session.useCheckpoint(checkpoint);
  const { textColumn, labelColumn } = await session.bring("pasted text", Buffer.from(SENTENCES));
  session.choose({ textColumn: textColumn!, labelColumn: labelColumn! }, SETTINGS.seed);
  const losses = () => events.flatMap((event) => (event.kind === "step" ? [event.loss] : []));
  return { session, folder, losses };
}

function newFolder(t: Owner): string {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-session-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("a training that is paused goes on with the same bits, also in another session", async (t) => {
  const checkpoint = await tinyCheckpoint(t);
  const whole = await begin(t, checkpoint);
  const outcome = await whole.session.train(SETTINGS);
  assert.ok(!outcome.interrupted);
  assert.equal(outcome.steps, 34);

  const first = await begin(t, checkpoint);
  const training = first.session.train(SETTINGS);
  // Before it has begun.
  first.session.pause();
  assert.deepEqual({ ...(await training), seconds: 0 }, { interrupted: true, steps: 1, seconds: 0 });
  const second = new Session(first.folder);
  second.useCheckpoint(checkpoint);
  const kept = await second.kept();
  assert.deepEqual([kept?.stage, kept?.step, kept?.maxSteps], ["training", 1, 34]);
  const rest = await second.train(SETTINGS, true);
  assert.ok(!rest.interrupted);
  assert.deepEqual([rest.right, rest.errors], [outcome.right, outcome.errors]);
  assert.deepEqual(await second.classify("A fine film."), await whole.session.classify("A fine film."));
  assert.equal((await second.kept())?.stage, "trained");

  const third = new Session(first.folder);
  assert.deepEqual(await third.classify("A fine film."), await whole.session.classify("A fine film."));
  await third.discard();
  assert.equal(await third.kept(), undefined);
  await assert.rejects(third.classify("A fine film."), /no trained model yet/);
});

test("sentences without a training are kept too, and an estimate leaves nothing", async (t) => {
  const checkpoint = await tinyCheckpoint(t);
  const { session, folder } = await begin(t, checkpoint);
  const { steps, secondsPerStep, cut } = await session.measure(SETTINGS);
  assert.deepEqual([steps, cut], [34, 0]);
  assert.ok(secondsPerStep > 0);
  const kept = await new Session(folder).kept();
  assert.deepEqual([kept?.stage, kept?.brought.rows], ["brought", 300]);
});

test("what is brought is read as what it is", async (t) => {
  const session = new Session(newFolder(t));
  const rows = [
    ["A fine film; really.", "praise"],
    ["Dull, and long.", "blame"],
    ['He said "no".', "blame"],
    ["Fine.", "praise"],
  ];
  const table = (separator: string, heading: string[] = []) =>
    [...(heading.length > 0 ? [heading] : []), ...rows]
      .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator))
      .join("\n");
  const records = rows.map(([text, label]) => ({ text, label }));
  const ways: [name: string, content: string, columns: string[]][] = [
    ["pasted text", table("\t").replaceAll('"', ""), ["text", "label"]],
    ["pasted text", table("\t", ["sentence", "mood"]), ["sentence", "mood"]],
    ["pasted text", table(",", ["text", "label"]), ["text", "label"]],
    ["pasted text", table(";", ["text", "label"]), ["text", "label"]],
    ["windows.csv", `\ufeff${table(",", ["text", "label"]).replaceAll("\n", "\r\n")}\r\n`, ["text", "label"]],
    ["pasted text", JSON.stringify(records), ["text", "label"]],
    ["rows.jsonl", records.map((record) => JSON.stringify(record)).join("\n"), ["text", "label"]],
    ["rows.json", JSON.stringify(records), ["text", "label"]],
  ];
  for (const [name, content, columns] of ways) {
    const what = `${name}: ${content.slice(0, 40)}`;
    const brought = await session.bring(name, Buffer.from(content));
    assert.equal(brought.rows, 4, what);
    assert.deepEqual(
      brought.columns.map((column) => column.name),
      columns,
      what,
    );
    assert.deepEqual([brought.textColumn, brought.labelColumn], columns, what);
    assert.equal(brought.preview[1]![0], "Dull, and long.", what);
    const { labels } = session.choose({ textColumn: columns[0]!, labelColumn: columns[1]! }, 42);
    assert.deepEqual(labels, [
      { name: "blame", count: 2 },
      { name: "praise", count: 2 },
    ]);
  }
});
