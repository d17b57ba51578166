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
  const labelOf = new Map(Object.entries(model.config.label2id));
  const numbers = numbersOf(labelNames, labelOf);
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

/** The model's number of each label of a dataset: by their names, or, where it knows none of them, by their order. */
function numbersOf(labelNames: readonly string[], labelOf: ReadonlyMap<string, number>): number[] {
  const unknown = labelNames.filter((label) => !labelOf.has(label));
  if (unknown.length === 0) return labelNames.map((label) => labelOf.get(label)!);
  const names = [...labelOf.keys()].join(", ");
  if (unknown.length < labelNames.length || labelNames.length > labelOf.size) {
    throw new ConfigError(
      `The dataset has labels that the model does not know: ${unknown.join(", ")}. It knows ${names}.`,
    );
  }
  process.stderr.write(`labels by their order: ${labelNames.join(", ")} for the model's ${names}\n`);
  return [...labelNames.keys()];
}
