import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { test } from "node:test";

const ROOT = path.resolve(__dirname, "../..");

const PROGRAM = `
  const { startEngine } = require("./test/engine.ts");
  const { tinyTrainer } = require("./test/training/tiny-task.ts");
  (async () => {
    await startEngine("cpu");
    const listeners = process.listenerCount("SIGINT");
    const callbacks = [{ onStepEnd({ state }) { if (state.globalStep === 3) console.log("ready"); } }];
    const trainer = tinyTrainer({ maxSteps: 1e6 }, { callbacks });
    try {
      await trainer.train();
    } catch (error) {
      console.log(error.name, error.message);
      console.log(process.listenerCount("SIGINT") - listeners, trainer.model.training);
    }
  })();`;

test("SIGINT ends training after a whole step, with an error that says where it stopped", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=commonjs", "--eval", PROGRAM], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (!output.includes("ready") && (output + text).includes("ready")) child.kill("SIGINT");
    output += text;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0, output);
  assert.match(
    output,
    /TrainingInterrupted Training was interrupted after step \d+ of 1000000\.\n0 false\n$/,
  );
});
