import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { defaultSettings, type StudioEvent } from "../../lib/src/studio/session/protocol";
import { Session } from "../../lib/src/studio/session/session";
import { startEngine } from "../engine";
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

/** … and whose training was paused at its first step. */
async function pauseAtOnce(t: Owner, checkpoint: string) {
  const begun = await begin(t, checkpoint);
  const training = begun.session.train(SETTINGS);
  // Before it has begun.
  begun.session.pause();
  assert.deepEqual({ ...(await training), seconds: 0 }, { interrupted: true, steps: 1, seconds: 0 });
  return begun;
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

  const first = await pauseAtOnce(t, checkpoint);
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
  // As somebody types, before the kept model has been opened.
  const texts = ["A", "A fine", "A fine film."];
  const said = await Promise.all(texts.map((text) => third.classify(text)));
  for (const [i, text] of texts.entries()) assert.deepEqual(said[i], await whole.session.classify(text));
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

test("what cannot be read takes the place of nothing", async (t) => {
  const checkpoint = await tinyCheckpoint(t);
  const { session, folder } = await pauseAtOnce(t, checkpoint);
  for (const [name, content] of [
    ["empty.csv", ""],
    ["short.csv", 'text,label\n"a, b",x\nc\n'],
    ["half.json", '[{"text": "a", "label":'],
  ] as const) {
    await assert.rejects(session.bring(name, Buffer.from(content)));
  }
  const again = new Session(folder);
  again.useCheckpoint(checkpoint);
  const kept = await again.kept();
  assert.deepEqual([kept?.stage, kept?.step, kept?.brought.rows], ["training", 1, 300]);
  // In the session that was told of them too.
  const outcome = await session.train(SETTINGS, true);
  assert.deepEqual([outcome.interrupted, outcome.steps], [false, 34]);
  // What can be read takes the place of all of it.
  await session.bring("two.csv", Buffer.from("text,label\na,x\nb,y\n"));
  assert.equal((await new Session(folder).kept())?.stage, "brought");
  await assert.rejects(session.classify("A fine film."), /no trained model yet/);
});

test("a choice that is refused leaves what was chosen", async (t) => {
  const { session } = await begin(t, await tinyCheckpoint(t));
  assert.throws(() => session.choose({ textColumn: "text", labelColumn: "text" }, 42), /two columns/);
  const { steps } = await session.measure(SETTINGS);
  assert.equal(steps, 34);
});

test("a training goes on with the pretrained model that it began with alone", async (t) => {
  const checkpoint = await tinyCheckpoint(t);
  const { folder } = await pauseAtOnce(t, checkpoint);
  const again = new Session(folder);
  again.useCheckpoint(checkpoint, "owner/name");
  assert.equal((await again.kept())?.model, "");
  await assert.rejects(again.train(SETTINGS, true), /another pretrained model/);
  again.useCheckpoint(checkpoint);
  const outcome = await again.train(SETTINGS, true);
  assert.equal(outcome.interrupted, false);
});

test("what is remembered and cannot be read costs no sentences", async (t) => {
  const { session, folder } = await begin(t, await tinyCheckpoint(t));
  await session.train({ ...SETTINGS, epochs: 1 });
  for (const memory of ["{", "{}", '{"roles": {"textColumn": "a", "labelColumn": "b"}, "settings": {}}']) {
    writeFileSync(path.join(folder, "memory.json"), memory);
    const kept = await new Session(folder).kept();
    assert.deepEqual([kept?.stage, kept?.brought.rows], ["brought", 300], memory);
  }
});

test("a trained model moves to another engine", async (t) => {
  const { session } = await begin(t, await tinyCheckpoint(t));
  await session.train({ ...SETTINGS, epochs: 1 });
  tearDown(t, () => startEngine("wasm"));
  const [before] = await session.classify("A fine film.");
  assert.equal(await session.useEngine("cpu"), "cpu");
  const [after] = await session.classify("A fine film.");
  assert.equal(after!.label, before!.label);
  assert.ok(Math.abs(after!.score - before!.score) < 1e-5);
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
    // Semicolons and tabs in some of the texts.
    ["pasted text", table(","), ["text", "label"]],
    ["pasted text", table(",").replace("Fine.", "Fi\tne."), ["text", "label"]],
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
