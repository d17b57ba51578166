import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { OutOfMemoryError } from "../../lib/src/errors";
import { noNative, startEngine } from "../engine";
import { assertClose } from "../ops/against-reference";
import { temporaryFolder } from "../models/tiny-bert";
import { datasetOf, tinyTrainer, weightsOf, type TinyRow } from "./tiny-task";

/** Rows of 60 tokens: what a batch of them needs is much more than the model. */
const ROWS: TinyRow[] = Array.from({ length: 16 }, (_, row) => ({
  input_ids: [2, ...Array.from({ length: 58 }, (_, i) => 5 + ((row * 7 + i * 3) % 20)), 3],
  label: row % 2,
}));

const LARGE = { trainDataset: datasetOf(ROWS), evalDataset: datasetOf(ROWS) };
const NO_DROPOUT = {
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  maxPositionEmbeddings: 64,
  intermediateSize: 32,
};

type Pool = { take(bytes: number): { bytes: number }; release(block: { bytes: number }): void };

/** Lets tensors take so many bytes while `body` runs, and counts what they take. */
async function withBudget<T>(budget: number, body: () => Promise<T>): Promise<{ result: T; peak: number }> {
  const { pool } = tf.backend() as unknown as { pool: Pool & { usedBytes: number } };
  const take = pool.take.bind(pool);
  let peak = 0;
  pool.take = (bytes) => {
    if (pool.usedBytes + bytes > budget)
      throw new OutOfMemoryError("There is no memory left: a test's budget.");
    peak = Math.max(peak, pool.usedBytes + bytes);
    return take(bytes);
  };
  try {
    return { result: await body(), peak };
  } finally {
    pool.take = take;
  }
}

for (const engine of ["native", "wasm"] as const) {
  describe(`out of memory on ${engine}`, { skip: engine === "native" && noNative }, () => {
    before(() => startEngine(engine));

    const trainerOf = (args: object, modelOptions = NO_DROPOUT) =>
      tinyTrainer({ perDeviceTrainBatchSize: 16, loggingSteps: 1, ...args }, { ...LARGE, modelOptions });

    const usedBytes = () => (tf.backend() as unknown as { pool: { usedBytes: number } }).pool.usedBytes;

    /** The bytes that two steps need at most, with batches of so many rows. */
    const needed = async (perDeviceTrainBatchSize: number, args = {}): Promise<number> => {
      const trainer = trainerOf({ perDeviceTrainBatchSize, maxSteps: 2, ...args });
      const { peak } = await withBudget(Infinity, () => trainer.train());
      trainer.model.dispose();
      return peak;
    };

    test("names batch, length and what fits; nothing is left behind, and the next run goes on", async () => {
      const budget = await needed(4);
      const trainer = trainerOf({ maxSteps: 2 });
      const weights = weightsOf(trainer.model);
      const { numTensors } = tf.memory();
      const used = usedBytes();
      await withBudget(budget, async () => {
        await assert.rejects(trainer.train(), (error) => {
          assert.ok(error instanceof OutOfMemoryError);
          assert.match(
            error.message,
            /^Step 1: a batch of 16 rows of up to 60 tokens does not fit into memory/,
          );
          assert.match(
            error.message,
            /4 of its rows do: .*perDeviceTrainBatchSize 4 and gradientAccumulationSteps 4/,
          );
          return true;
        });
        assert.deepEqual(weightsOf(trainer.model), weights);
        assert.equal(tf.memory().numTensors, numTensors);
        assert.equal(usedBytes(), used, "no block is lost");
        const smaller = trainerOf({ perDeviceTrainBatchSize: 4, gradientAccumulationSteps: 4, maxSteps: 2 });
        await smaller.train();
        smaller.model.dispose();
      });
      trainer.model.dispose();
    });

    test("gradientCheckpointing needs less", async () => {
      const [most, least] = [await needed(16), await needed(16, { gradientCheckpointing: true })];
      assert.ok(least < 0.8 * most, `${least} of ${most} bytes`);
    });

    test("wherever in a step memory runs out, no tensor stays", async () => {
      const trainer = trainerOf({ maxSteps: 1, perDeviceTrainBatchSize: 4, gradientAccumulationSteps: 2 });
      const { numTensors } = tf.memory();
      const { pool } = tf.backend() as unknown as { pool: Pool & { usedBytes: number } };
      const used = pool.usedBytes;
      const take = pool.take.bind(pool);
      let failures = 0;
      for (let failing = 0; ; failing++) {
        let count = 0;
        let failed = false;
        pool.take = (bytes) => {
          if (count++ === failing) {
            failed = true;
            throw new OutOfMemoryError("There is no memory left: a test.");
          }
          return take(bytes);
        };
        try {
          await trainer.train().catch((error: unknown) => assert.ok(error instanceof OutOfMemoryError));
        } finally {
          pool.take = take;
        }
        if (!failed) break;
        failures++;
        assert.equal(tf.memory().numTensors, numTensors, `tensors after a failure at allocation ${failing}`);
        assert.ok(pool.usedBytes <= used, `blocks after a failure at allocation ${failing}`);
      }
      assert.ok(failures > 20, `${failures} places`);
      trainer.model.dispose();
    });

    test("autoFindBatchSize splits batches, computes the same, and keeps to what it has found", async (context) => {
      const budget = await needed(4);
      const outputDir = temporaryFolder(context);
      const whole = trainerOf({ numTrainEpochs: 3 });
      await whole.train();
      const split = trainerOf({
        ...{ numTrainEpochs: 3, autoFindBatchSize: true, perDeviceEvalBatchSize: 4 },
        ...{ outputDir, saveStrategy: "epoch" },
      });
      const warn = context.mock.method(console, "warn", () => {});
      await withBudget(budget, () => split.train());
      assert.equal(split.state.globalStep, 3);
      assert.equal(split.state.trainBatchSize, 4);
      assert.equal(warn.mock.callCount(), 2, "from 16 to 8 to 4, once each");
      const losses = ({ state }: typeof whole) => state.logHistory.flatMap(({ loss }) => loss ?? []);
      assertClose(losses(split), losses(whole), 1e-5);
      // A resumed run does not run out of memory once more.
      const resumed = trainerOf({
        ...{ numTrainEpochs: 4, autoFindBatchSize: true, outputDir, saveStrategy: "epoch" },
      });
      await withBudget(budget, () => resumed.train({ resumeFromCheckpoint: true }));
      assert.equal(resumed.state.trainBatchSize, 4);
      assert.ok(
        !warn.mock.calls.some(
          ({ arguments: [text] }) => /at once/.test(String(text)) && warn.mock.callCount() > 3,
        ),
      );
    });

    test("not even one row: says so", async () => {
      const most = await needed(1);
      const trainer = trainerOf({ maxSteps: 1, autoFindBatchSize: true });
      const used = usedBytes();
      await withBudget(used + (most - used) / 2, () =>
        assert.rejects(trainer.train(), /a batch of 1 rows .*Not even one of its rows does/),
      );
    });

    test("an evaluation names its batch and its argument", async () => {
      const trainer = trainerOf({ perDeviceEvalBatchSize: 16 });
      const { numTensors } = tf.memory();
      await withBudget(usedBytes() + 20_000, () =>
        assert.rejects(
          trainer.evaluate(),
          /Evaluating: A batch of 16 rows of up to 60 tokens .* smaller perDeviceEvalBatchSize/,
        ),
      );
      assert.equal(tf.memory().numTensors, numTensors);
    });
  });
}
