import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { useEngine } from "../../../lib/src/engines/engines";
import { lastCheckpoint } from "../../../lib/src/checkpoints/training-checkpoints";
import { logsWithoutTimes, tinyTrainer, weightsOf } from "../tiny-task";
import { noNative } from "../../engine";

// A run of training in a process of its own: node --import tsx worker.ts OUTPUT_DIR RESULT_FILE STEPS. It goes on where the folder's
// newest checkpoint stands, and says on its standard output when its steps begin.

/** What a run comes to. */
export interface RunResult {
  interrupted: string | undefined;
  step: number;
  /** Without times. */
  history: object[];
  /** SHA-256. */
  weights: string;
}

async function main([outputDir, resultFile, steps]: string[]): Promise<void> {
  console.info = () => {};
  await useEngine(noNative ? "wasm" : "native");
  const trainer = tinyTrainer(
    {
      ...{
        outputDir,
        maxSteps: Number(steps),
        saveStrategy: "steps",
        saveSteps: 4,
        saveTotalLimit: 3,
        loggingSteps: 3,
      },
      ...{ evalStrategy: "steps", evalSteps: 4, gradientAccumulationSteps: 2, disableTqdm: true },
      ...{ loadBestModelAtEnd: true, metricForBestModel: "accuracy", nanPolicy: "stop" },
    },
    {
      // Large enough for a save to take some milliseconds.
      modelOptions: { hiddenSize: 64, intermediateSize: 128, numAttentionHeads: 2, vocabSize: 2000 },
      callbacks: [{ onTrainBegin: () => void process.stdout.write("begun\n") }],
    },
  );
  const resumeFromCheckpoint = (await lastCheckpoint(outputDir!)) !== undefined;
  const { interrupted } = await trainer.train({ resumeFromCheckpoint });
  const weights = Float32Array.from(weightsOf(trainer.model));
  const result: RunResult = {
    interrupted,
    step: trainer.state.globalStep,
    history: logsWithoutTimes(trainer),
    weights: createHash("sha256").update(weights).digest("hex"),
  };
  writeFileSync(resultFile!, JSON.stringify(result));
}

void main(process.argv.slice(2));
