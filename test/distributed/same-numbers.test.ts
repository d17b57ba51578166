import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { ENGINES } from "../engine";
import type { RankOptions, RankResults } from "./rank";
import { largestDifference, noMpi, runRanks } from "./ranks";

const folder = mkdtempSync(path.join(tmpdir(), "finetune-ranks-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Of all ranks together; 33 rows leave one for the last batch of an epoch, which not every rank gets a row of. */
const BATCH = 8;
const ROWS = 33;

interface Case extends Partial<Omit<RankOptions, "args" | "results">> {
  args?: TrainingArgumentsOptions;
  steps?: number;
}

async function train(ranks: number, { args, steps = 20, ...options }: Case): Promise<RankResults[]> {
  const { code, output, results } = await runRanks(ranks, folder, {
    engine: "cpu",
    rows: ROWS,
    model: { hiddenDropoutProb: 0.2, attentionProbsDropoutProb: 0.2 },
    ...options,
    args: {
      outputDir: path.join(folder, "out"),
      maxSteps: steps,
      perDeviceTrainBatchSize: Math.ceil(BATCH / ranks),
      ...args,
    },
  });
  assert.equal(code, 0, output);
  assert.equal(results.length, ranks, output);
  return results;
}

const normsOf = ({ logs }: RankResults) =>
  logs.flatMap(({ grad_norm: norm }) => (norm === undefined ? [] : [norm]));

/** The ranks agree with each other to the bit, and with one process within rounding. */
function assertSame(all: RankResults[], alone: RankResults, tolerance = 1e-5): void {
  for (const each of all) {
    assert.equal(each.weights, all[0]!.weights);
    assert.deepEqual(each.predictions, all[0]!.predictions);
    assert.deepEqual(each.metrics, all[0]!.metrics);
    assert.equal(each.tensors, 0);
    assert.equal(each.losses.length, alone.losses.length);
    assert.ok(largestDifference(each.losses, alone.losses) < tolerance);
    assert.ok(largestDifference(normsOf(each), normsOf(alone)) < 10 * tolerance);
    assert.ok(largestDifference(each.predictions, alone.predictions) < 10 * tolerance);
    assert.ok(largestDifference(Object.values(each.metrics), Object.values(alone.metrics)) < tolerance);
  }
}

describe("several ranks train what one does", { skip: noMpi }, () => {
  for (const engine of ENGINES) {
    describe(`on ${engine}`, () => {
      let alone: RankResults;
      before(async () => ([alone] = (await train(1, { engine, steps: 100 })) as [RankResults]));

      for (const ranks of [2, 4]) {
        test(`${ranks} ranks, 100 steps with dropout`, async () => {
          assertSame(await train(ranks, { engine, steps: 100 }), alone);
        });
      }
    });
  }

  const cases: Record<string, Case> = {
    "accumulated gradients": { args: { gradientAccumulationSteps: 3 } },
    "a masked language model, whose loss is a mean over tokens": { task: "masked-lm" },
    "rows sorted by length, without the last batch": {
      args: { trainSamplingStrategy: "group_by_length", dataloaderDropLast: true },
    },
    "layers that are computed twice": { args: { gradientCheckpointing: true } },
    "smaller parts where memory is short": { args: { autoFindBatchSize: true } },
    "a vocabulary of 5,000, whose gradients are exchanged by rows": { model: { vocabSize: 5000 } },
    "an optimizer in shards": { args: { shardOptimizer: true }, model: { vocabSize: 5000 } },
    "Adafactor in shards": { args: { shardOptimizer: true, optim: "adafactor" } },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const of = (ranks: number): Case => ({
        ...{ engine: ENGINES.at(-1)!, ...options },
        args: { ...options.args, perDeviceTrainBatchSize: 9 / ranks },
      });
      const [alone] = await train(1, of(1));
      assertSame(await train(3, of(3)), alone!);
    });
  }

  test("gradients sent in bf16 differ by their rounding, and the ranks agree", async () => {
    const args = { reduceGradientsInBf16: true };
    const [[alone], all] = [await train(1, { args }), await train(2, { args })];
    assertSame(all, alone!, 2e-3);
    assert.notEqual(all[0]!.weights, alone!.weights);
  });

  test("in a fixed number of parts, any number of ranks gives the same bits", async () => {
    const weights = new Set<string>();
    const losses = new Set<string>();
    for (const ranks of [1, 2, 3, 4]) {
      const args = {
        deterministicParts: 5,
        perDeviceTrainBatchSize: 12 / ranks,
        gradientAccumulationSteps: 2,
      };
      const results = await train(ranks, { args, engine: ENGINES.at(-1)! });
      for (const each of results) {
        weights.add(each.weights);
        losses.add(JSON.stringify(each.losses));
      }
    }
    assert.equal(weights.size, 1);
    assert.equal(losses.size, 1);
  });

  test("what one rank's callback asks for, all do", async () => {
    const results = await train(3, { odd: { rank: 2, what: "control", step: 7 } });
    assert.deepEqual(
      results.map(({ steps }) => steps),
      [7, 7, 7],
    );
  });
});
