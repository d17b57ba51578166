import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { tearDown } from "../../teardown";
import { Session, sleep } from "./session";

describe("an interrupt", { skip: process.platform === "win32" && "sent by signal here" }, () => {
  let session: Session;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    session = await Session.start({ after: (end) => void ends.push(end) });
    await session.run(
      "let survivor = 5; const pause = (ms: number) => new Promise((r) => setTimeout(r, ms))",
    );
  });
  after(() => Promise.all(ends.map((end) => end())));

  const endless: [what: string, code: string][] = [
    ["a loop that never yields", "console.log('begun'); while (true);"],
    ["synchronous code after an await", "await pause(10); console.log('begun'); for (;;) survivor;"],
    [
      "an endless chain of microtasks",
      "console.log('begun'); await (async () => { while (true) await null })()",
    ],
    [
      "a callback that never returns",
      "setTimeout(() => { console.log('begun'); for (;;) {} }, 10); await new Promise(() => {})",
    ],
    ["a function of an earlier cell", "function spin() { do {} while (true) }\nconsole.log('begun'); spin()"],
    ["a wait for nothing", "console.log('begun'); await new Promise(() => {})"],
    [
      "a loop of awaits that catches everything",
      "console.log('begun'); for (;;) { try { await pause(20) } catch {} }",
    ],
    ["a library that never returns", "console.log('begun'); /(a+)+b/.test('a'.repeat(60))"],
  ];
  for (const [what, code] of endless) {
    for (const way of ["signal", "message"] as const) {
      test(`ends ${what}, by ${way}; the state survives`, { timeout: 30_000 }, async () => {
        const from = session.published.length;
        const cell = session.run(code);
        while (!session.published.slice(from).some(({ content }) => String(content.text).includes("begun")))
          await sleep(20);
        await sleep(50);
        if (way === "signal") session.kernel.interrupt();
        else assert.equal((await session.request("control", "interrupt_request", {})).reply.status, "ok");
        const { reply } = await cell;
        assert.deepEqual([reply.status, reply.ename], ["error", "KeyboardInterrupt"]);
        assert.equal((await session.run("survivor")).result, "5");
      });
    }
  }

  test(
    "ends a training with its checkpoint written, and the next cell goes on from there",
    { timeout: 120_000 },
    async (t) => {
      const outputDir = mkdtempSync(path.join(tmpdir(), "interrupted-training-"));
      tearDown(t, () => rmSync(outputDir, { recursive: true, force: true }));
      const training = await Session.start(t);
      const setUp = `
      import { AutoConfig, AutoModelForSequenceClassification, defaultDataCollator, Trainer, TrainingArguments, useEngine } from "finetune-ts";
      await useEngine("cpu");
      const config = await AutoConfig.fromPretrained("bert-tiny-reviews");
      const rows = Array.from({ length: 64 }, (_, i) => ({ input_ids: [2, 5 + i, 6, 3], label: i % 2 }));
      const trainDataset = { length: rows.length, at: (i: number) => rows[i] };
      const begin = async (maxSteps: number) => new Trainer({
        model: await AutoModelForSequenceClassification.fromConfig(config, { seed: 1 }), trainDataset, dataCollator: defaultDataCollator,
        args: new TrainingArguments({ outputDir: ${JSON.stringify(outputDir)}, maxSteps, saveStrategy: "no" }),
        callbacks: [{ onStepEnd: ({ state }) => console.log("step", state.globalStep) }],
      });`;
      const begun = await training.run(setUp);
      assert.equal(begun.reply.status, "ok", JSON.stringify(begun.reply));
      const cell = training.run("await (await begin(100_000)).train()");
      await training.untilPrinted("step 2");
      training.kernel.interrupt();
      assert.equal((await cell).reply.ename, "KeyboardInterrupt");
      const next = await training.run(`
      const output = await (await begin(60)).train({ resumeFromCheckpoint: true });
      console.log("finished", output.globalStep, (await import("node:fs")).readdirSync(${JSON.stringify(outputDir)}));`);
      const [, checkpoint] = /finished 60 \[ 'checkpoint-(\d+)' \]/.exec(next.stdout) ?? [];
      assert.ok(Number(checkpoint) >= 2, next.stdout);
      assert.match(next.stdout, new RegExp(`^step ${Number(checkpoint) + 1}\n`));
    },
  );

  test("ends what the cell left running, and nothing of it is printed into later cells", async () => {
    const cell = session.run("for (let i = 0; ; i++) { console.log('tick', i); await pause(50) }");
    await session.untilPrinted("tick 1");
    session.kernel.interrupt();
    await cell;
    const later = await session.run("await pause(300); console.log('later')");
    assert.equal(later.stdout, "later\n");
    const ticks = session.published.filter(({ content }) => String(content.text).startsWith("tick")).length;
    await sleep(200);
    assert.equal(
      session.published.filter(({ content }) => String(content.text).startsWith("tick")).length,
      ticks,
    );
  });

  test("reaches those who listen for the signal", async () => {
    await session.run("process.once('SIGINT', () => console.log('a listener heard it'));");
    const cell = session.run("console.log('waiting'); await pause(60_000)");
    await session.untilPrinted("waiting");
    session.kernel.interrupt();
    await cell;
    await session.untilPrinted("a listener heard it");
  });

  test("ends a question to the user", async () => {
    const asked = new Promise<void>((resolve) => {
      session.onQuestion = () => {
        resolve();
        return "too late";
      };
    });
    const cell = session.run(
      "await (globalThis as any)[Symbol.for('finetune-ts.kernel')].input('? '); await new Promise(() => {})",
    );
    await asked;
    session.kernel.interrupt();
    assert.equal((await cell).reply.ename, "KeyboardInterrupt");
  });
});

test("output belongs to the cell that started it", async (t) => {
  const session = await Session.start(t);
  const first = await session.run(
    "setTimeout(() => console.log('from the first'), 300); void (async () => { await new Promise((r) => setTimeout(r, 350)); console.log('also') })();",
  );
  const second = await session.run(
    "await new Promise((r) => setTimeout(r, 700)); console.log('from the second')",
  );
  assert.equal(second.stdout, "from the second\n");
  const [id] = first.published.map(({ parent }) => parent.msg_id);
  const late = session.published.filter(
    ({ header, parent }) => header.msg_type === "stream" && parent.msg_id === id,
  );
  assert.equal(late.map(({ content }) => content.text).join(""), "from the first\nalso\n");
});

test("an interrupt that comes when nothing runs touches no later cell, however many come", async (t) => {
  const session = await Session.start(t);
  for (let i = 0; i < 40; i++) {
    session.kernel.interrupt();
    if (i % 4 === 0) await sleep(10);
  }
  await session.request("control", "interrupt_request", {});
  await sleep(300);
  for (let i = 0; i < 5; i++) {
    const { reply, result } = await session.run("let n = 0; for (let i = 0; i < 100; i++) n += await i; n");
    assert.deepEqual([reply.status, result], ["ok", "4950"]);
  }
});
