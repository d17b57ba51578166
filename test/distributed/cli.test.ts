import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { MPI_ENVIRONMENT, noMpi } from "./ranks";

const ROOT = path.resolve(__dirname, "../..");
const CLI = path.join(ROOT, "lib/bin/finetune.js");
const folder = mkdtempSync(path.join(tmpdir(), "finetune-cli-ranks-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const env = { ...process.env, ...MPI_ENVIRONMENT };

/** `finetune train` on the embedded reviews. */
function train(ranks: number, name: string, args: readonly string[] = []) {
  const program = [
    CLI,
    "train",
    "--dataset",
    "reviews",
    "--output",
    path.join(folder, name),
    "--json",
    ...args,
  ];
  const batch = ["--batch-size", String(16 / ranks), "--max-steps", "6", "--set", "loggingSteps=1"];
  const launcher = ["mpirun", "-np", String(ranks)];
  const [command, ...rest] = [...(ranks > 1 ? launcher : []), process.execPath, ...program, ...batch];
  return spawnSync(command!, rest, { cwd: folder, encoding: "utf8", env, timeout: 120_000 });
}

const logsOf = (name: string) => {
  const state = JSON.parse(readFileSync(path.join(folder, name, "trainer_state.json"), "utf8")) as {
    log_history: Record<string, number>[];
  };
  return state.log_history.flatMap(({ loss, eval_loss, grad_norm }) =>
    [loss, eval_loss, grad_norm].flatMap((figure) => figure ?? []),
  );
};

test("mpirun finetune train: one answer, one process's numbers", { skip: noMpi }, () => {
  const [alone, both] = [train(1, "alone"), train(2, "both")];
  assert.equal(alone.status, 0, alone.stderr);
  assert.equal(both.status, 0, both.stderr);
  const answers = [alone, both].map(({ stdout }) => JSON.parse(stdout) as Record<string, number>);
  assert.equal(answers[1]!.accuracy, answers[0]!.accuracy);
  const [expected, found] = [logsOf("alone"), logsOf("both")];
  assert.equal(found.length, expected.length);
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs(value - found[index]!) < 1e-5, `${index}`);
  assert.equal(both.stderr.match(/Engine: /g)?.length, 1);
  const card = readFileSync(path.join(folder, "both", "README.md"), "utf8");
  assert.match(card, /- train_batch_size: 8\n/);
  assert.match(card, /- distributed_type: multi-CPU\n- num_devices: 2\n- total_train_batch_size: 16\n/);
  for (const file of ["model.safetensors", "README.md", "checkpoint-6/run.json"]) {
    assert.ok(existsSync(path.join(folder, "both", file)), file);
  }
});

test("what is wrong on all ranks is told by each, and ends the job", { skip: noMpi }, () => {
  const { status, stderr } = train(2, "wrong", ["--set", "learningRate=-1"]);
  assert.notEqual(status, 0);
  assert.match(stderr, /finetune, rank \d: TrainingArguments: learningRate is -1/);
});

test("what is not divided is done once", { skip: noMpi }, () => {
  const args = ["-np", "3", process.execPath, CLI, "doctor"];
  const { status, stdout, stderr } = spawnSync("mpirun", args, { encoding: "utf8", env, timeout: 60_000 });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.match(/^several machines: the addon for MPI is built/gm)?.length, 1, stdout);
});
