import { mkdir } from "../../platform/files";
import path from "../../platform/path";
import { runtimeName } from "../../platform/version";
import { writeFileAtomic } from "../../checkpoints/atomic-file";
import { refuseUnknownOptions } from "../../known-options";
import type { Logs } from "../callbacks";
import type { LogEntry, TrainerState } from "../state";
import type { TrainingArguments } from "../training-arguments";

/** The run that a card is about. */
export interface CardedRun {
  args: TrainingArguments;
  state: TrainerState;
  /** How many have trained together. Default 1. */
  processes?: number;
}

/** What a run does not know of its model. @see transformers.Trainer.create_model_card */
export interface ModelCardOptions {
  /** Default: the output folder's name. */
  modelName?: string;
  /** Of the weights that it began with, on the Hub. Default: unknown. */
  finetunedFrom?: string;
  language?: string | readonly string[];
  license?: string;
  tags?: readonly string[];
  /** What the model does, such as "text-classification". */
  tasks?: readonly string[];
  /** The dataset's name, for people. */
  dataset?: string;
  /** Its name on the Hub. */
  datasetTags?: readonly string[];
}

const OPTIONS: readonly (keyof ModelCardOptions)[] = [
  ...(["modelName", "finetunedFrom", "language", "license", "tags", "tasks", "dataset"] as const),
  "datasetTags",
];

/** Figures of an evaluation that say how fast it was. */
const SPEED = /_(runtime|per_second)$/;

const COMMENT = `<!-- This card was written from what the Trainer knows of its run. Read it, complete it, and take this comment out. -->`;

/** Writes `README.md` with what a run knows of its model: arguments, results by evaluation, versions. */
export async function writeModelCard(
  folder: string,
  options: ModelCardOptions,
  run: CardedRun,
): Promise<void> {
  refuseUnknownOptions("createModelCard", options, OPTIONS);
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(path.join(folder, "README.md"), modelCard(folder, options, run));
}

function modelCard(
  folder: string,
  options: ModelCardOptions,
  { args, state, processes = 1 }: CardedRun,
): string {
  const { modelName = path.basename(path.resolve(folder)), finetunedFrom, dataset, datasetTags } = options;
  const evaluations = state.logHistory.filter((entry) => "eval_loss" in entry);
  const last = evaluations.at(-1);
  const origin = finetunedFrom
    ? `This model is a fine-tuned version of [${finetunedFrom}](https://huggingface.co/${finetunedFrom})`
    : "This model was trained";
  const data = dataset ?? datasetTags?.join(", ");
  const results = last && [
    "It achieves the following results on the evaluation set:",
    ...Object.entries(metricsOf(last)).map(([name, value]) => `- ${titleOf(name)}: ${rounded(value)}`),
  ];
  return [
    ...["---", ...frontMatter({ ...options, modelName }, last && metricsOf(last)), "---", "", COMMENT, ""],
    ...[
      `# ${modelName}`,
      "",
      `${origin} on ${data === undefined ? "an unknown dataset" : `the ${data} dataset`}.`,
    ],
    ...(results ?? []),
    ...section("Model description", ["More information needed"]),
    ...section("Intended uses & limitations", ["More information needed"]),
    ...section("Training and evaluation data", ["More information needed"]),
    ...section("Training procedure", [
      ...["### Training hyperparameters", "", "The following hyperparameters were used during training:"],
      ...Object.entries(hyperparameters(args, processes)).map(([name, value]) => `- ${name}: ${value}`),
      ...(evaluations.length > 0 ? ["", "### Training results", "", ...resultsTable(state)] : []),
      ...["", "### Framework versions", "", "- finetune-ts", `- ${runtimeName()}`],
    ]),
    "",
  ].join("\n");
}

const section = (title: string, lines: readonly string[]) => ["", `## ${title}`, "", ...lines];

/** YAML; every value is written as JSON, which YAML reads. */
function frontMatter(options: ModelCardOptions, metrics: Logs | undefined): string[] {
  const { language, license, finetunedFrom, tags = [], datasetTags, tasks } = options;
  const list = (key: string, values: string | readonly string[] | undefined) => {
    const all = typeof values === "string" ? [values] : (values ?? []);
    return all.length === 0 ? [] : [`${key}:`, ...all.map((value) => `- ${JSON.stringify(value)}`)];
  };
  const text = (key: string, value: string | undefined) =>
    value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`];
  const names = Object.keys(metrics ?? {}).filter((name) => name !== "eval_loss");
  return [
    "library_name: transformers",
    ...list("language", language),
    ...text("license", license),
    ...text("base_model", finetunedFrom),
    ...list("tags", [...new Set([...tags, "generated_from_trainer", "finetune-ts"])]),
    ...list("datasets", datasetTags),
    ...list(
      "metrics",
      names.map((name) => name.replace(/^eval_/, "")),
    ),
    ...text("pipeline_tag", tasks?.[0]),
    ...modelIndex(options, metrics),
  ];
}

/**
 * The results as the Hub shows them and compares models by; a result is one on a dataset, so that without its name there is none.
 *
 * @see https://github.com/huggingface/hub-docs/blob/main/modelcard.md
 */
function modelIndex(options: ModelCardOptions, metrics: Logs | undefined): string[] {
  const { modelName, dataset, datasetTags, tasks = [] } = options;
  const [task] = tasks;
  const type = datasetTags?.[0] ?? dataset;
  const results = Object.entries(metrics ?? {}).filter(([name]) => name !== "eval_loss");
  if (task === undefined || type === undefined || results.length === 0) return [];
  const index = [
    {
      name: modelName,
      results: [
        {
          task: { type: task, name: titleOf(task.replaceAll("-", "_")) },
          dataset: { name: dataset ?? type, type, split: "validation" },
          metrics: results.map(([name, value]) => ({
            name: titleOf(name),
            type: name.replace(/^eval_/, ""),
            value: Number(value.toFixed(6)),
          })),
        },
      ],
    },
  ];
  return [`model-index: ${JSON.stringify(index)}`];
}

/** Figures of an evaluation but its speed. */
const metricsOf = (entry: LogEntry): Logs =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => name.startsWith("eval_") && !SPEED.test(name)));

/** "eval_accuracy" is "Accuracy". */
function titleOf(name: string): string {
  const words = name.replace(/^eval_/, "").split("_");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}

const rounded = (value: number) => String(Number(value.toFixed(4)));

function hyperparameters(args: TrainingArguments, processes: number): Record<string, string | number> {
  const { optim, adamBeta1, adamBeta2, adamEpsilon } = args;
  const adam = optim === "adamw" ? ` with betas=(${adamBeta1},${adamBeta2}) and epsilon=${adamEpsilon}` : "";
  const accumulation = args.gradientAccumulationSteps;
  return {
    learning_rate: args.learningRate,
    train_batch_size: args.perDeviceTrainBatchSize,
    eval_batch_size: args.perDeviceEvalBatchSize,
    seed: args.seed,
    ...(processes > 1 && { distributed_type: "multi-CPU", num_devices: processes }),
    ...(accumulation > 1 && { gradient_accumulation_steps: accumulation }),
    ...(accumulation * processes > 1 && {
      total_train_batch_size: accumulation * processes * args.perDeviceTrainBatchSize,
    }),
    ...(processes > 1 && { total_eval_batch_size: processes * args.perDeviceEvalBatchSize }),
    optimizer: optim + adam,
    ...(args.weightDecay > 0 && { weight_decay: args.weightDecay }),
    lr_scheduler_type: args.lrSchedulerType,
    ...(args.warmupSteps > 0 && { lr_scheduler_warmup_steps: args.warmupSteps }),
    ...(args.maxSteps > 0 ? { training_steps: args.maxSteps } : { num_epochs: args.numTrainEpochs }),
    ...(args.labelSmoothingFactor > 0 && { label_smoothing_factor: args.labelSmoothingFactor }),
    ...(args.bf16 && { mixed_precision_training: "bf16 matrix products" }),
  };
}

/** A line for each evaluation, with the training loss that was logged last before it. */
function resultsTable({ logHistory }: TrainerState): string[] {
  let trainingLoss = "No log";
  const rows: Record<string, string>[] = [];
  for (const entry of logHistory) {
    if ("loss" in entry) trainingLoss = rounded(entry.loss);
    if (!("eval_loss" in entry)) continue;
    const { eval_loss: loss, ...metrics } = metricsOf(entry);
    rows.push({
      ...{ "Training Loss": trainingLoss, Epoch: rounded(entry.epoch), Step: String(entry.step) },
      "Validation Loss": rounded(loss!),
      ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [titleOf(name), rounded(value)])),
    });
  }
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    ...[line(columns), line(columns.map(() => ":-:"))],
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ""))),
  ];
}
