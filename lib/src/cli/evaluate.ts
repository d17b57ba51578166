import { confusionMatrix } from "../evaluation/confusion-matrix";
import { ConfigError } from "../errors";
import { pipeline } from "../inference/pipeline";
import { openClassifier } from "./classifier";
import { DATA_OPTIONS, figuresOf, labelledData } from "./labelled-data";
import { keepOutputForJson, printFigures, printJson } from "./talk";
import { parse, UsageError } from "./usage";

/** `finetune evaluate`: how often a classifier is right. */
export async function evaluate(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    { ...DATA_OPTIONS, split: { type: "string", default: "validation" }, json: { type: "boolean" } },
    1,
  );
  const [name] = positionals;
  const { dataset, split } = values;
  if (name === undefined) throw new UsageError("evaluate: which model? A folder, or a name on the Hub");
  if (dataset === undefined) throw new UsageError("evaluate: on what? --dataset");
  if (values.json) keepOutputForJson();
  const { datasets, labelNames } = await labelledData({
    dataset,
    datasetConfig: values["dataset-config"],
    textColumn: values["text-column"],
    labelColumn: values["label-column"],
  });
  if (!datasets.has(split)) {
    throw new ConfigError(`There is no split "${split}". Splits: ${datasets.splitNames.join(", ")}.`);
  }
  const rows = datasets.split(split);
  if (rows.features.has("sentence2")) {
    throw new ConfigError("evaluate takes single texts; this dataset has pairs.");
  }
  const { model, tokenizer } = await openClassifier(name);
  // The model's own names of the labels: its numbers may be others than the dataset's.
  const labelOf = new Map(Object.entries(model.config.label2id));
  const numbers = labelNames.map((label, i) => labelOf.get(label) ?? i);
  const classify = pipeline("text-classification", { model, tokenizer });
  const references = rows.column("label").map((label) => numbers[label]!);
  const predictions: number[] = [];
  for await (const [best] of classify.stream(rows.column("sentence"))) {
    predictions.push(labelOf.get(best!.label)!);
  }
  const inputs = { predictions, references };
  const figures = { rows: predictions.length, ...(await figuresOf(inputs)) };
  if (values.json) {
    printJson({ model: name, dataset, split, ...figures, confusion_matrix: confusionMatrix(inputs) });
  } else printFigures(figures);
  return 0;
}
