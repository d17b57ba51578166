import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { listCheckpoints } from "../../lib/src/checkpoints/training-checkpoints";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import type { RankOptions, RankResults } from "./rank";
import { largestDifference, noMpi, runRanks, type JobOptions } from "./ranks";

const folder = mkdtempSync(path.join(tmpdir(), "finetune-resume-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const STEPS = 21;

interface Part extends Partial<Omit<RankOptions, "args" | "results">> {
  ranks: number;
  args?: TrainingArgumentsOptions;
  job?: JobOptions;
}

async function run(
  name: string,
  { ranks, args, job, ...options }: Part,
): Promise<{ output: string; results: RankResults[] }> {
  const { code, output, results } = await runRanks(
    ranks,
    folder,
    {
      engine: "cpu",
      model: { hiddenDropoutProb: 0.2 },
      ...options,
      args: {
        outputDir: path.join(folder, name),
        maxSteps: STEPS,
        ...{ saveStrategy: "steps", saveSteps: 7, evalStrategy: "steps", evalSteps: 7 },
        ...args,
      },
    },
    job,
  );
  assert.equal(code, 0, output);
  return { output, results };
}

const figuresOf = ({ logs }: RankResults) => logs.flatMap((entry) => Object.values(entry));

describe("a run goes on with another number of ranks", { skip: noMpi }, () => {
  for (const [how, more] of Object.entries({
    "as it would have within rounding": {},
    "to the bit, in a fixed number of parts": { deterministicParts: 6 },
    "with the optimizer in shards": { shardOptimizer: true },
  } satisfies Record<string, TrainingArgumentsOptions>)) {
    test(`2, 3, then 1: ${how}`, async () => {
      const name = how.replaceAll(/\W+/g, "-");
      const args = { perDeviceTrainBatchSize: 4, ...more };
      const alone = { ...more, perDeviceTrainBatchSize: 8 };
      const [whole] = (await run(`${name}-whole`, { ranks: 1, args: alone })).results;
      // One rank is asked to stop, and all do.
      const first = await run(name, { ranks: 2, args, odd: { rank: 1, what: "signal", step: 7 } });
      assert.deepEqual(
        first.results.map(({ interrupted, steps }) => [interrupted, steps]),
        [
          ["SIGTERM", 7],
          ["SIGTERM", 7],
        ],
      );
      const second = await run(name, {
        ranks: 3,
        args,
        resume: true,
        odd: { rank: 2, what: "signal", step: 14 },
      });
      assert.match(second.output, /goes on in 3 processes, with batches of 8 rows in all/);
      const last = await run(name, { ranks: 1, args, resume: true });
      const [end] = last.results;
      assert.deepEqual([end!.steps, end!.interrupted], [STEPS, undefined]);
      if ("deterministicParts" in more) {
        assert.equal(end!.weights, whole!.weights);
        assert.deepEqual(end!.logs, whole!.logs);
      } else {
        assert.ok(largestDifference(figuresOf(end!), figuresOf(whole!)) < 1e-5);
      }
      const steps = (await listCheckpoints(path.join(folder, name))).map(({ step }) => step);
      assert.deepEqual(steps, [7, 14, 21]);
    });
  }

  test("other batches than the run's are refused, on all ranks", async () => {
    await run("other", { ranks: 2, args: { perDeviceTrainBatchSize: 4, maxSteps: 7 } });
    const { code, output } = await runRanks(2, folder, {
      engine: "cpu",
      resume: true,
      args: { outputDir: path.join(folder, "other"), perDeviceTrainBatchSize: 5, maxSteps: 14 },
    });
    assert.notEqual(code, 0);
    assert.match(output, /cannot go on like this: perDeviceTrainBatchSize is 10 here and was 8/);
  });

  test("the best checkpoint comes back on all ranks", async () => {
    const { results } = await run("best", {
      ranks: 2,
      args: { perDeviceTrainBatchSize: 4, loadBestModelAtEnd: true, saveTotalLimit: 1 },
    });
    assert.equal(results[0]!.weights, results[1]!.weights);
    const losses = results[0]!.logs.flatMap(({ eval_loss: loss }) => (loss === undefined ? [] : [loss]));
    assert.equal((await listCheckpoints(path.join(folder, "best"))).length, 1);
    assert.ok(losses.length >= 3);
  });
});
