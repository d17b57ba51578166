import { isFirstProcess } from "../launch";
import { evaluate } from "../evaluation/evaluate";
import type { MetricInputs } from "../evaluation/inputs";
import { classificationDataset, type ClassificationDataset } from "../datasets/classification";
import { loadDataset } from "../datasets/load-dataset";
import type { Logs } from "../training/callbacks";

/** Where labelled texts are: options that several commands have. */
export const DATA_OPTIONS = {
  dataset: { type: "string" },
  "dataset-config": { type: "string" },
  "text-column": { type: "string" },
  "label-column": { type: "string" },
} as const;

export interface DataPlace {
  dataset: string;
  datasetConfig?: string | undefined;
  textColumn?: string | undefined;
  labelColumn?: string | undefined;
}

/** Loads them, and says on standard error what was taken for what. */
export async function labelledData(place: DataPlace): Promise<ClassificationDataset> {
  const { dataset, datasetConfig, textColumn, labelColumn } = place;
  const loaded = await loadDataset(dataset, datasetConfig);
  const found = classificationDataset(loaded, { textColumn, labelColumn });
  if (isFirstProcess()) for (const note of found.notes) process.stderr.write(`${note}\n`);
  return found;
}

/** Accuracy, and the mean of the classes' F1. */
export async function figuresOf(inputs: MetricInputs): Promise<Logs> {
  const [accuracy, f1] = [await evaluate.load("accuracy"), await evaluate.load("f1")];
  const macro = f1.compute({ ...inputs, average: "macro" });
  return { accuracy: Number(accuracy.compute(inputs).accuracy), f1_macro: Number(macro.f1) };
}
