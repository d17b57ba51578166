import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { RankOptions } from "./rank";
import { largestDifference, noMpi, processesOf, runRanks } from "./ranks";

const folder = mkdtempSync(path.join(tmpdir(), "finetune-hosts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Two network namespaces with a cable of 1 Gbit/s and half a millisecond between them. */
const HOSTS = [path.resolve(__dirname, "../../scripts/two-hosts/run.sh"), "1000", "0.5"];

/** Why there are no two hosts here, or false. */
const noHosts: string | false = (() => {
  if (noMpi) return noMpi;
  if (process.getuid?.() !== 0) return "network namespaces need root";
  if (!existsSync("/dev/net/tun")) return "there is no /dev/net/tun";
  if (spawnSync("ip", ["netns", "list"], { stdio: "ignore" }).status !== 0)
    return "there is no ip (iproute2)";
  const { stdout } = spawnSync("mpirun", ["--version"], { encoding: "utf8" });
  return /Open MPI|OpenRTE/.test(stdout) ? false : "the script is for Open MPI";
})();

const options = (name: string, args: RankOptions["args"] = {}): Omit<RankOptions, "results"> => ({
  engine: "cpu",
  rows: 33,
  model: { hiddenDropoutProb: 0.2, attentionProbsDropoutProb: 0.2 },
  args: { outputDir: path.join(folder, name), maxSteps: 100, perDeviceTrainBatchSize: 4, ...args },
});

describe("two hosts with a network between them", { skip: noHosts }, () => {
  test("train what one process does: 100 steps with dropout", async () => {
    const [alone] = (await runRanks(1, folder, options("alone", { perDeviceTrainBatchSize: 8 }))).results;
    const { code, output, results } = await runRanks(2, folder, options("both"), { launcher: HOSTS });
    assert.equal(code, 0, output);
    assert.equal(results.length, 2);
    assert.equal(results[0]!.weights, results[1]!.weights);
    assert.ok(largestDifference(results[0]!.losses, alone!.losses) < 1e-5);
    assert.ok(largestDifference(results[1]!.predictions, alone!.predictions) < 1e-4);
  });

  test("the message about a rank names its host", async () => {
    const { code, output } = await runRanks(
      2,
      folder,
      { ...options("spin", { ddpTimeout: 4 }), odd: { rank: 1, what: "spin" } },
      { launcher: HOSTS },
    );
    assert.notEqual(code, 0);
    assert.match(output, /Rank 1 \(process \d+ on host-b\) lives, but has not come/);
    for (let i = 0; i < 50 && processesOf(folder).length > 0; i++) await sleep(100);
    assert.deepEqual(processesOf(folder), []);
  });
});
