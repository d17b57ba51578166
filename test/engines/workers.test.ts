import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { noNative } from "../engine";
import { type Run, train } from "./train-in-worker";

async function inWorker(run: Run): Promise<string> {
  // A worker of a TypeScript file by way of the loader: `execArgv` does not bring it into worker threads of Node.js 20.
  const script = path.join(__dirname, "train-in-worker.ts");
  const worker = new Worker(`require("tsx/cjs"); require(${JSON.stringify(script)})`, {
    eval: true,
    workerData: run,
    stdout: true,
    stderr: true,
  });
  const [digest] = (await once(worker, "message")) as [string];
  await worker.terminate();
  return digest;
}

for (const engine of ["native", "wasm"] as const) {
  describe(`worker threads on ${engine}`, { skip: engine === "native" && noNative }, () => {
    const runs: Run[] = [32, 48, 64].map((hiddenSize) => ({ engine, hiddenSize, precision: "float32" }));
    if (engine === "native") runs.push({ engine, hiddenSize: 64, precision: "bfloat16" });

    test("several at once come to the numbers of one alone, and leave the process whole when they end", async () => {
      const alone: string[] = [];
      for (const run of runs) alone.push(await train(run));
      for (let round = 0; round < 2; round++) {
        const [meanwhile, ...together] = await Promise.all([train(runs[0]!), ...runs.map(inWorker)]);
        assert.equal(meanwhile, alone[0]);
        assert.deepEqual(together, alone);
      }
      assert.equal(await train(runs[0]!), alone[0]);
    });
  });
}
