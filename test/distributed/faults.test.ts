import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { lastCheckpoint } from "../../lib/src/checkpoints/training-checkpoints";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import type { RankOptions } from "./rank";
import { noMpi, processesOf, runRanks, type Job, type JobOptions } from "./ranks";

const folder = mkdtempSync(path.join(tmpdir(), "finetune-faults-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** How often a rank is killed: RANK_KILLS=20 takes two minutes. */
const KILLS = Number(process.env.RANK_KILLS ?? 3);

const fail = (odd: RankOptions["odd"], args: TrainingArgumentsOptions = {}, job?: JobOptions): Promise<Job> =>
  runRanks(
    3,
    folder,
    {
      engine: "cpu",
      odd,
      args: { outputDir: path.join(folder, "out"), maxSteps: 12, ddpTimeout: 4, ...args },
    },
    job,
  );

async function assertNobodyIsLeft(): Promise<void> {
  for (let i = 0; i < 50 && processesOf(folder).length > 0; i++) await sleep(100);
  assert.deepEqual(processesOf(folder), []);
}

describe("what goes wrong on one rank ends the job, and is told", { skip: noMpi }, () => {
  const told: [what: NonNullable<RankOptions["odd"]>["what"], message: RegExp][] = [
    ["throw", /this rank has had enough[\s\S]*Rank 1 \(process \d+ on \S+\) has ended with exit code 1/],
    ["exit", /Rank 1 \(process \d+ on \S+\) has ended, with exit code 0, and rank 0 waits for it/],
    ["spin", /Rank 1 \(process \d+ on \S+\) lives, but has not come to where the others are for \d+ s/],
    ["stop", /Rank 1 \(process \d+ on \S+\) has not been heard of for \d+ s/],
    ["data", /Rank 1 .* would not train what rank 0 does: content and order of the training dataset is/],
    ["seed", /Rank 1 .* would not train what rank 0 does: seed is 43 there and 42 on rank 0/],
  ];
  for (const [what, message] of told) {
    test(what, async () => {
      const { code, output, seconds } = await fail({ rank: 1, what });
      assert.notEqual(code, 0);
      assert.match(output, message);
      assert.ok(seconds < 40, `${seconds} s`);
      await assertNobodyIsLeft();
    });
  }

  test("fewer parts than ranks", async () => {
    const { code, output } = await fail(undefined, { deterministicParts: 2 });
    assert.notEqual(code, 0);
    assert.match(output, /deterministicParts is 2; for 3 processes it has to be at least as many/);
  });

  test("an addon that is not there", async () => {
    const env = { FINETUNE_MPI_ADDON: path.join(folder, "none.node") };
    const { code, output } = await fail(undefined, {}, { env });
    assert.notEqual(code, 0);
    assert.match(
      output,
      /as rank \d of 3, but the addon for MPI is not built\. Install MPI .*npx finetune build/,
    );
  });
});

test(`a rank that is killed, ${KILLS} times at a random moment`, { skip: noMpi }, async () => {
  const outputDir = path.join(folder, "killed");
  const args = {
    ...({ outputDir, saveStrategy: "steps", saveSteps: 2, saveTotalLimit: 2, ddpTimeout: 20 } as const),
    // Whatever the number of steps, the first ones are the same.
    ...({ lrSchedulerType: "constant", learningRate: 1e-4 } as const),
  };
  let reached = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const begun = await lastCheckpoint(outputDir);
    const { code, output, seconds } = await runRanks(
      2,
      folder,
      { engine: "cpu", resume: begun !== undefined, args: { ...args, maxSteps: 100_000 } },
      {
        async meanwhile() {
          for (let i = 0; i < 100 && processesOf(folder).length < 2; i++) await sleep(50);
          await sleep(300 + Math.random() * 2500);
          const pids = processesOf(folder);
          process.kill(pids[Math.floor(Math.random() * pids.length)]!, "SIGKILL");
        },
      },
    );
    assert.notEqual(code, 0);
    assert.match(output, /signal 9|KILLED|Killed|EXIT CODE: 9/);
    assert.ok(seconds < 60, `${seconds} s`);
    await assertNobodyIsLeft();
    const last = await lastCheckpoint(outputDir);
    const step = last ? Number(last.split("-").at(-1)) : 0;
    assert.ok(step >= reached, `step ${step} after ${reached}`);
    reached = step;
  }
  // Nothing is lost: the run goes on from there as one that was never killed, to the bit.
  const ended = { ...args, maxSteps: reached + 4 };
  const [resumed] = (await runRanks(2, folder, { engine: "cpu", resume: reached > 0, args: ended })).results;
  const never = { ...ended, outputDir: path.join(folder, "never-killed"), saveStrategy: "no" as const };
  const [whole] = (await runRanks(2, folder, { engine: "cpu", args: never })).results;
  assert.equal(resumed!.steps, reached + 4);
  assert.equal(resumed!.weights, whole!.weights);
});
