import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../models/tiny-bert";
import { carryOn, checkAll, kill, randomShares, STEPS, terminate } from "./kills";

/** `npm run test:kills` has ten and twenty. */
const CHAINS = Number(process.env.KILL_CHAINS ?? 1);
const KILLS_OF_A_CHAIN = process.env.KILL_CHAINS ? 20 : 6;
const TERMINATIONS = process.env.KILL_CHAINS ? 20 : 3;

test("a run that is killed, again and again, ends as one that is not; no checkpoint is ever unreadable", async (context) => {
  const folder = temporaryFolder(context);
  const whole = await carryOn(path.join(folder, "whole"));
  assert.equal(whole.step, STEPS);
  let [kills, withinSaves] = [0, 0];
  for (let chain = 0; chain < CHAINS; chain++) {
    const outputDir = path.join(folder, `chain-${chain}`);
    const share = randomShares(chain);
    for (let i = 0; i < KILLS_OF_A_CHAIN; i++) {
      const { leftHalf, tooLate } = await kill(outputDir, i % 2 === 0 ? "saving" : "anywhere", share);
      if (!tooLate) kills++;
      if (leftHalf) withinSaves++;
      await checkAll(outputDir);
    }
    assert.deepEqual(await carryOn(outputDir), whole, `chain ${chain}`);
    assert.equal(await checkAll(outputDir), 3);
  }
  context.diagnostic(`${kills} kills of a running process, of which ${withinSaves} within a save`);
  assert.ok(kills >= CHAINS * KILLS_OF_A_CHAIN * 0.9, `${kills} kills`);
  assert.ok(withinSaves >= kills / 4, `${withinSaves} of ${kills} within a save`);
});

test("a run that is told to end, again and again, ends as one that is not", async (context) => {
  const folder = temporaryFolder(context);
  const whole = await carryOn(path.join(folder, "whole"));
  const outputDir = path.join(folder, "terminated");
  const share = randomShares(1000);
  let last = 0;
  for (let i = 0; i < TERMINATIONS; i++) {
    const { interrupted, step } = await terminate(outputDir, share);
    assert.equal(interrupted, "SIGTERM", `at moment ${i}`);
    assert.ok(step >= last, "no step is lost");
    last = step;
    await checkAll(outputDir);
  }
  assert.deepEqual(await carryOn(outputDir), whole);
});
