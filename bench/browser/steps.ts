import { DataCollatorWithPadding } from "../../lib/src/collators/data-collator-with-padding";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { useEngine } from "../../lib/src/engines/engines";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { addDefaultCallback } from "../../lib/src/training/callbacks";
import { Trainer } from "../../lib/src/training/trainer";
import { TrainingArguments } from "../../lib/src/training/training-arguments";

export interface StepsToMeasure {
  engine: string;
  /** Folder of the pretrained model. */
  checkpoint: string;
  /** File of labelled sentences, TSV. */
  sentences: string;
  steps: number;
}

/** Seconds of each training step; the same program in Node.js and in a browser. */
export async function measureSteps({
  engine,
  checkpoint,
  sentences,
  steps,
}: StepsToMeasure): Promise<number[]> {
  await useEngine(engine);
  addDefaultCallback(() => ({}));
  const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
  const { train } = await loadDataset("csv", { dataFiles: sentences, delimiter: "\t" });
  const trainDataset = await train.map((row) =>
    tokenizer(row.sentence, { truncation: true, maxLength: 128 }),
  );
  const model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, {
    numLabels: 2,
    seed: 42,
  });
  const seconds: number[] = [];
  let began = 0;
  const args = new TrainingArguments({
    ...{
      outputDir: "/tmp/finetune-bench-browser",
      maxSteps: steps,
      perDeviceTrainBatchSize: 16,
      learningRate: 2e-4,
    },
    ...{ saveStrategy: "no", reportTo: "none", disableTqdm: true },
  });
  const trainer = new Trainer({
    model,
    args,
    trainDataset,
    dataCollator: new DataCollatorWithPadding({ tokenizer }),
    callbacks: [
      {
        onStepBegin: () => void (began = performance.now()),
        onStepEnd: () => void seconds.push((performance.now() - began) / 1000),
      },
    ],
  });
  await trainer.train();
  model.dispose();
  return seconds;
}
