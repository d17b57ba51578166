import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { ConfigError } from "../../../lib/src/errors";
import {
  TrainingArguments,
  type TrainingArgumentsOptions,
} from "../../../lib/src/training/training-arguments";
import { startEngine } from "../../engine";
import { temporaryFolder } from "../../models/tiny-bert";
import { tinyTrainer } from "../tiny-task";
import { pythonWith } from "../../python";

const { python, skip: noTensorBoard } = pythonWith("tensorboard");

describe("reportTo", () => {
  before(() => startEngine("cpu"));

  async function trained(context: TestContext, args: TrainingArgumentsOptions) {
    const outputDir = temporaryFolder(context);
    const common = { maxSteps: 6, loggingSteps: 2, evalStrategy: "steps", evalSteps: 3 } as const;
    const trainer = tinyTrainer({ outputDir, ...common, ...args });
    await trainer.train();
    return { outputDir, trainer, entries: trainer.state.logHistory };
  }

  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

  test("csv: a row an entry, a column a figure, as the log history has them", async (context) => {
    const { outputDir, entries } = await trained(context, { reportTo: "csv" });
    const [header, ...lines] = readFileSync(path.join(outputDir, "logs.csv"), "utf8").trimEnd().split("\n");
    const columns = header!.split(",");
    const rows = lines.map((line) =>
      Object.fromEntries(
        line.split(",").flatMap((cell, i) => (cell === "" ? [] : [[columns[i]!, Number(cell)] as const])),
      ),
    );
    assert.deepEqual(columns.slice(0, 2), ["step", "epoch"]);
    assert.deepEqual(rows, entries);
  });

  test("csv: a run that goes on continues the table", async (context) => {
    const loggingDir = temporaryFolder(context);
    const { outputDir, entries } = await trained(context, {
      reportTo: "csv",
      loggingDir,
      saveStrategy: "steps",
      saveSteps: 4,
    });
    const resumed = tinyTrainer({
      outputDir,
      loggingDir,
      reportTo: "csv",
      maxSteps: 6,
      loggingSteps: 2,
      evalStrategy: "steps",
      evalSteps: 3,
    });
    context.mock.method(console, "warn", () => {});
    await resumed.train({ resumeFromCheckpoint: path.join(outputDir, "checkpoint-4") });
    const lines = readFileSync(path.join(loggingDir, "logs.csv"), "utf8").trimEnd().split("\n");
    assert.equal(lines.length, 1 + entries.length);
  });

  /** CRC-32C bit by bit. */
  function crc32c(data: Buffer): number {
    let crc = 0xffffffff;
    for (const byte of data) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  }

  test("tensorboard: whole records with right checksums, in a folder of the run's own", async (context) => {
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
    const { outputDir, entries } = await trained(context, { reportTo: ["tensorboard"] });
    const [file, ...others] = filesIn(path.join(outputDir, "runs"));
    assert.equal(others.length, 0);
    assert.match(path.basename(file!), /^events\.out\.tfevents\.\d{10}\./);
    const content = readFileSync(file!);
    const unmask = (masked: number) => {
      const rotated = (masked - 0xa282ead8) >>> 0;
      return ((rotated >>> 17) | (rotated << 15)) >>> 0;
    };
    let records = 0;
    for (let at = 0; at < content.length; records++) {
      const length = Number(content.readBigUInt64LE(at));
      assert.equal(unmask(content.readUInt32LE(at + 8)), crc32c(content.subarray(at, at + 8)));
      const data = content.subarray(at + 12, at + 12 + length);
      assert.equal(unmask(content.readUInt32LE(at + 12 + length)), crc32c(data));
      at += 16 + length;
    }
    // The version, two texts, and the entries.
    assert.equal(records, 3 + entries.length);
  });

  test("tensorboard's own reader finds every figure", { skip: noTensorBoard }, async (context) => {
    const loggingDir = temporaryFolder(context);
    const { entries } = await trained(context, { reportTo: "tensorboard", loggingDir });
    const program = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
reader = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0}); reader.Reload()
tags = reader.Tags()
print(json.dumps({
    "scalars": {tag: [[e.step, e.value] for e in reader.Scalars(tag)] for tag in tags["scalars"]},
    "texts": {tag: reader.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tags["tensors"]},
}))`;
    const found = JSON.parse(
      execFileSync(python, ["-c", program, loggingDir], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as { scalars: Record<string, [number, number][]>; texts: Record<string, string> };
    for (const [tag, figure] of Object.entries({
      "train/loss": "loss",
      "train/grad_norm": "grad_norm",
      "eval/accuracy": "eval_accuracy",
    })) {
      const expected = entries
        .filter((entry) => figure in entry)
        .map((entry) => [entry.step, Math.fround(entry[figure]!)]);
      assert.deepEqual(found.scalars[tag], expected, tag);
    }
    assert.match(found.texts["args/text_summary"]!, /"learningRate": 0\.01/);
    assert.match(found.texts["model_config/text_summary"]!, /"hidden_size"/);
  });

  test("other targets are refused", () => {
    const refused = (reportTo: unknown) =>
      assert.throws(
        () => new TrainingArguments({ reportTo } as TrainingArgumentsOptions),
        (error) =>
          error instanceof ConfigError &&
          /reportTo is .*tensorboard, csv one or an array/.test(error.message),
      );
    refused("wandb");
    refused(["csv", "mlflow"]);
    refused(true);
  });
});
