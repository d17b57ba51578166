import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import {
  AutoModel,
  AutoModelForMaskedLM,
  AutoModelForMultipleChoice,
  AutoModelForQuestionAnswering,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  type AutoModelClass,
} from "../models/auto";
import type { PreTrainedModel } from "../models/pretrained-model";
import { AutoTokenizer } from "../tokenizers/auto-tokenizer";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import type { PipelineParts } from "./parts";
import { featureExtraction, type FeatureExtractionPipeline } from "./feature-extraction";
import { fillMask, type FillMaskPipeline } from "./fill-mask";
import { multipleChoice, type MultipleChoicePipeline } from "./multiple-choice";
import { questionAnswering, type QuestionAnsweringPipeline } from "./question-answering";
import { textClassification, type TextClassificationPipeline } from "./text-classification";
import { tokenClassification, type TokenClassificationPipeline } from "./token-classification";

/** @typeParam Model  one with answers, unless only its states are asked for */
export interface PipelineOptions<Model extends PreTrainedModel<object> = PreTrainedModel> {
  /** A model, or the folder or name of one. */
  model: Model | string;
  /** Default: the one in the model's folder. */
  tokenizer?: PreTrainedTokenizer | string;
  /** Texts a batch. Default 64. */
  batchSize?: number;
}

interface Task<Pipeline> {
  auto: AutoModelClass<PreTrainedModel<object>>;
  make: (load: () => Promise<PipelineParts>, batchSize: number) => Pipeline;
}

/** Tasks by their names in transformers; "sentiment-analysis" and "ner" are other names of classification. */
interface Pipelines {
  "text-classification": TextClassificationPipeline;
  "sentiment-analysis": TextClassificationPipeline;
  "fill-mask": FillMaskPipeline;
  "feature-extraction": FeatureExtractionPipeline;
  "token-classification": TokenClassificationPipeline;
  ner: TokenClassificationPipeline;
  "question-answering": QuestionAnsweringPipeline;
  "multiple-choice": MultipleChoicePipeline;
}

export type PipelineTask = keyof Pipelines;

const classification: Task<TextClassificationPipeline> = {
  auto: AutoModelForSequenceClassification,
  make: textClassification,
};

const tokens: Task<TokenClassificationPipeline> = {
  auto: AutoModelForTokenClassification,
  make: tokenClassification,
};

const TASKS = new Map<string, Task<unknown>>([
  ["text-classification", classification],
  ["sentiment-analysis", classification],
  ["fill-mask", { auto: AutoModelForMaskedLM, make: fillMask }],
  ["feature-extraction", { auto: AutoModel, make: featureExtraction }],
  ["token-classification", tokens],
  ["ner", tokens],
  ["question-answering", { auto: AutoModelForQuestionAnswering, make: questionAnswering }],
  ["multiple-choice", { auto: AutoModelForMultipleChoice, make: multipleChoice }],
]);

/**
 * A ready-made way from text to answer. What is given by name is loaded at the first call.
 *
 * @throws ConfigError if the task is unknown or the tokenizer is missing
 * @see transformers.pipeline
 * @example
 * const classify = pipeline("text-classification", { model: "out/sentiment/checkpoint-676" });
 * await classify("A fine film."); // [{ label: "positive", score: 0.998 }]
 * await classify(["Fine.", "Dull."], { topK: null }); // all labels of each
 */
export function pipeline(
  task: "feature-extraction",
  options: PipelineOptions<PreTrainedModel<object>>,
): FeatureExtractionPipeline;
export function pipeline<Name extends PipelineTask>(task: Name, options: PipelineOptions): Pipelines[Name];
export function pipeline(task: PipelineTask, options: PipelineOptions<PreTrainedModel<object>>): unknown {
  refuseUnknownOptions(`pipeline '${String(task)}'`, options, ["model", "tokenizer", "batchSize"]);
  const { model, tokenizer = typeof model === "string" ? model : undefined, batchSize = 64 } = options;
  const known = TASKS.get(task);
  if (!known) {
    const names = [...TASKS.keys()].map((name) => `'${name}'`).join(", ");
    throw new ConfigError(`There is no pipeline '${String(task)}'; there are ${names}.`);
  }
  if (tokenizer === undefined) {
    throw new ConfigError("pipeline: give the tokenizer too; a model in memory does not know its own.");
  }
  const loadParts = async (): Promise<PipelineParts> => ({
    model: (typeof model === "string" ? await known.auto.fromPretrained(model) : model) as PreTrainedModel,
    tokenizer: typeof tokenizer === "string" ? await AutoTokenizer.fromPretrained(tokenizer) : tokenizer,
  });
  let parts: Promise<PipelineParts> | undefined;
  return known.make(() => (parts ??= loadParts()), batchSize);
}
