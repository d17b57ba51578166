// The public surface of finetune-ts: what a notebook or program imports. Re-exports, nothing else.

// Tensors have their methods, x.add(y), in types as at run time (tfjs.ts).
/// <reference types="@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops" preserve="true" />

export {
  CheckpointError,
  ConfigError,
  DatasetError,
  EngineError,
  FinetuneError,
  HubError,
  NotebookError,
  TokenizerError,
} from "./errors";
export type { HubFailure } from "./errors";
export { setProgressReporter, startProgress } from "./progress";
export type { ProgressBar, ProgressOptions, ProgressReporter } from "./progress";

// Datasets
export { concatenateDatasets } from "./datasets/concatenate-datasets";
export { Dataset } from "./datasets/dataset";
export type {
  AnyMapOptions,
  FilterOptions,
  MapOptions,
  ShardOptions,
  ShuffleOptions,
} from "./datasets/dataset";
export { DatasetDict } from "./datasets/dataset-dict";
export { ClassLabel, Features, List, Value } from "./datasets/features";
export type { FeatureType } from "./datasets/features";
export type { Fingerprinted } from "./datasets/fingerprint";
export type { GlueConfiguration, GlueRows } from "./datasets/glue-rows";
export { classificationDataset } from "./datasets/classification";
export type {
  ClassificationDataset,
  ClassificationOptions,
  ClassificationRow,
} from "./datasets/classification";
export { loadDataset } from "./datasets/load-dataset";
export type { LoadDatasetOptions } from "./datasets/load-dataset";
export { loadFromDisk } from "./datasets/load-from-disk";
export type { MapCacheOptions } from "./datasets/map-cache";
export type { FormatType } from "./datasets/row-format";
export type { Row, SentenceRow } from "./datasets/rows";
export type { SortOptions } from "./datasets/sort";
export type { DataFiles } from "./datasets/sources/configurations";
export type { CsvOptions, JsonOptions } from "./datasets/text-files";
export type { TrainTestSplitOptions } from "./datasets/train-test-split";

// The Hugging Face Hub
export { downloadFile } from "./hub/download-file";
export type { DownloadFileOptions } from "./hub/download-file";
export { listFiles } from "./hub/list-files";
export type { HubFile } from "./hub/list-files";
export type { PushedCommit, PushOptions } from "./hub/push";
export { repoInfo } from "./hub/repo-info";
export type { RepoInfo } from "./hub/repo-info";
export type { HubRepo } from "./hub/repository";
export type { HubOptions } from "./hub/settings";
export { downloadSnapshot, openSnapshot } from "./hub/snapshot";
export type { Snapshot } from "./hub/snapshot";
export type { DownloadSnapshotOptions, SnapshotOptions } from "./hub/wanted-files";

// Tokenizers and collators
export { AutoTokenizer } from "./tokenizers/auto-tokenizer";
export { BertTokenizer } from "./tokenizers/bert-tokenizer";
export type {
  BatchEncoding,
  DecodeOptions,
  Encoded,
  PadOptions,
  TokenizerOptions,
} from "./tokenizers/encoding-types";
export { PreTrainedTokenizer } from "./tokenizers/pretrained-tokenizer";
export { cutVocabulary } from "./tokenizers/training/cut-vocabulary";
export type { CutVocabulary, CutVocabularyOptions } from "./tokenizers/training/cut-vocabulary";
export { trainWordPiece } from "./tokenizers/training/train-word-piece";
export type { TrainWordPieceOptions } from "./tokenizers/training/train-word-piece";
export type { Batch, CollatorContext, DataCollator } from "./collators/batch";
export { DataCollatorForLanguageModeling } from "./collators/data-collator-for-language-modeling";
export type { DataCollatorForLanguageModelingOptions } from "./collators/data-collator-for-language-modeling";
export { DataCollatorForMultipleChoice } from "./collators/data-collator-for-multiple-choice";
export { DataCollatorForTokenClassification } from "./collators/data-collator-for-token-classification";
export type { DataCollatorForTokenClassificationOptions } from "./collators/data-collator-for-token-classification";
export { DataCollatorWithPadding } from "./collators/data-collator-with-padding";
export type { DataCollatorWithPaddingOptions } from "./collators/data-collator-with-padding";
export { defaultDataCollator } from "./collators/default-data-collator";

// Engines
export type { EngineName } from "./engines/engine";
export { currentEngine, describeEngines, useEngine } from "./engines/engines";
export type { EngineReport } from "./engines/engines";

// Models
export {
  AutoConfig,
  AutoModel,
  AutoModelForMaskedLM,
  AutoModelForMultipleChoice,
  AutoModelForQuestionAnswering,
  AutoModelForSentenceEmbedding,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
} from "./models/auto";
export type { AutoModelClass, FromConfigOptions, FromPretrainedOptions } from "./models/auto";
export { AlbertConfig } from "./models/albert/configuration";
export type { AlbertConfigOptions } from "./models/albert/configuration";
export { AlbertForMaskedLM } from "./models/albert/for-masked-lm";
export { AlbertForSequenceClassification } from "./models/albert/for-sequence-classification";
export { AlbertModel } from "./models/albert/modeling";
export { BertConfig } from "./models/bert/configuration";
export type { BertConfigOptions } from "./models/bert/configuration";
export { BertForMaskedLM } from "./models/bert/for-masked-lm";
export { BertForSequenceClassification } from "./models/bert/for-sequence-classification";
export { BertModel } from "./models/bert/modeling";
export { DebertaV2Config } from "./models/deberta-v2/configuration";
export type { DebertaV2ConfigOptions } from "./models/deberta-v2/configuration";
export { DebertaV2ForMaskedLM } from "./models/deberta-v2/for-masked-lm";
export { DebertaV2ForSequenceClassification } from "./models/deberta-v2/for-sequence-classification";
export { DebertaV2Model } from "./models/deberta-v2/modeling";
export { DistilBertConfig } from "./models/distilbert/configuration";
export type { DistilBertConfigOptions } from "./models/distilbert/configuration";
export { DistilBertForMaskedLM } from "./models/distilbert/for-masked-lm";
export { DistilBertForSequenceClassification } from "./models/distilbert/for-sequence-classification";
export { DistilBertModel } from "./models/distilbert/modeling";
export { ElectraConfig } from "./models/electra/configuration";
export type { ElectraConfigOptions } from "./models/electra/configuration";
export { ElectraForMaskedLM } from "./models/electra/for-masked-lm";
export { ElectraForSequenceClassification } from "./models/electra/for-sequence-classification";
export { ElectraModel } from "./models/electra/modeling";
export { ModernBertConfig } from "./models/modernbert/configuration";
export type { ModernBertConfigOptions } from "./models/modernbert/configuration";
export { ModernBertForMaskedLM } from "./models/modernbert/for-masked-lm";
export { ModernBertForSequenceClassification } from "./models/modernbert/for-sequence-classification";
export { ModernBertModel } from "./models/modernbert/modeling";
export { MPNetConfig } from "./models/mpnet/configuration";
export type { MPNetConfigOptions } from "./models/mpnet/configuration";
export { MPNetForMaskedLM } from "./models/mpnet/for-masked-lm";
export { MPNetForSequenceClassification } from "./models/mpnet/for-sequence-classification";
export { MPNetModel } from "./models/mpnet/modeling";
export { RobertaConfig } from "./models/roberta/configuration";
export { RobertaForMaskedLM } from "./models/roberta/for-masked-lm";
export { RobertaForSequenceClassification } from "./models/roberta/for-sequence-classification";
export { RobertaModel } from "./models/roberta/modeling";
export {
  CamembertConfig,
  CamembertForMaskedLM,
  CamembertForSequenceClassification,
  CamembertModel,
} from "./models/roberta/camembert";
export {
  XLMRobertaConfig,
  XLMRobertaForMaskedLM,
  XLMRobertaForSequenceClassification,
  XLMRobertaModel,
} from "./models/roberta/xlm-roberta";
export type { ConfigOptions, EncoderConfig, EncoderSettings } from "./models/encoder/configuration";
export { EncoderModel } from "./models/encoder/encoder-model";
export type { EncoderModelOptions, EncoderModelOutput } from "./models/encoder/encoder-model";
export type { ConfigOverrides } from "./models/families";
export { MaskedLanguageModel } from "./models/heads/masked-lm";
export type { MultipleChoiceModel, MultipleChoiceOutput } from "./models/heads/multiple-choice";
export { QuestionAnsweringModel } from "./models/heads/question-answering";
export type { QuestionAnsweringOutput } from "./models/heads/question-answering";
export { SentenceEmbeddingModel } from "./models/heads/sentence-embedding";
export type { SentenceEmbeddingOutput } from "./models/heads/sentence-embedding";
export { SequenceClassificationModel } from "./models/heads/sequence-classification";
export { TokenClassificationModel } from "./models/heads/token-classification";
export type { TokenClassifierOutput } from "./models/heads/token-classification";
export type { SequenceClassifierOutput } from "./models/heads/sequence-classification";
export type { MaskedLMOutput } from "./models/heads/masked-lm";
export type { ForwardOptions, HiddenStates, ModelOutput, TaskInputs } from "./models/model-output";
export type { ModelInputs } from "./models/packed-batch";
export type { PretrainedConfig } from "./models/pretrained-config";
export { PreTrainedModel } from "./models/pretrained-model";
export type { SaveOptions } from "./models/save-options";
export { LoraConfig } from "./models/peft/lora-config";
export type { LoraConfigOptions } from "./models/peft/lora-config";
export { getPeftModel, PeftModel } from "./models/peft/peft-model";
export { keepLayers, keepTokens } from "./models/prune";

// Checkpoints
export { toFloat32 } from "./checkpoints/float-formats";
export { readPytorchBin } from "./checkpoints/pytorch-bin";
export { readSafetensors } from "./checkpoints/safetensors";
export { writeSafetensors } from "./checkpoints/safetensors-writer";
export { hasWeights, readStateDict } from "./checkpoints/state-dict";
export { resolveCheckpoint } from "./checkpoints/resolve";
export { lastCheckpoint, listCheckpoints } from "./checkpoints/training-checkpoints";
export type { TrainingCheckpoint } from "./checkpoints/training-checkpoints";
export type { DType, HostTensor, StateDict } from "./checkpoints/dtypes";

// Training
export { addDefaultCallback } from "./training/callbacks";
export type {
  CallbackContext,
  CallbackState,
  Gradients,
  Logs,
  TrainerCallback,
  TrainerControl,
} from "./training/callbacks";
export { EarlyStoppingCallback } from "./training/early-stopping-callback";
export type { EarlyStoppingOptions } from "./training/early-stopping-callback";
export { PrinterCallback } from "./training/printer-callback";
export { ProgressCallback } from "./training/progress-callback";
export { CsvCallback } from "./training/reports/csv-callback";
export { TensorBoardCallback } from "./training/reports/tensorboard-callback";
export type { Throughput } from "./training/step/throughput";
export type { TrainerDataset } from "./training/data-loader";
export type { LogitMatrix } from "./training/evaluation-loop";
export { DistillationTrainer } from "./training/distillation/distillation-trainer";
export type { DistillationTrainerOptions } from "./training/distillation/distillation-trainer";
export type { DistillationOptions } from "./training/distillation/options";
export { layerwiseLearningRates } from "./training/optimizers/parameter-groups";
export type { ParameterGroup } from "./training/optimizers/parameter-groups";
export { Adafactor } from "./training/optimizers/adafactor";
export type { AdafactorOptions } from "./training/optimizers/adafactor";
export { AdamW } from "./training/optimizers/adamw";
export type { AdamWOptions } from "./training/optimizers/adamw";
export { Optimizer } from "./training/optimizers/optimizer";
export type { Slot, UpdateOptions } from "./training/optimizers/optimizer";
export { SGD } from "./training/optimizers/sgd";
export type { SGDOptions } from "./training/optimizers/sgd";
export type { Schedule, ScheduleName, SchedulerOptions } from "./training/schedules/definitions";
export { getScheduler } from "./training/schedules/get-scheduler";
export type { SchedulerArguments, SchedulerType } from "./training/schedules/learning-rate";
export type { PlateauOptions } from "./training/schedules/reduce-lr-on-plateau";
export type { BestRun, HyperparameterSearchOptions, Trial } from "./training/hyperparameter-search/search";
export type { Hyperparameters, SearchSpace } from "./training/hyperparameter-search/search-space";
export type { ModelCardOptions } from "./training/reports/model-card";
export type { LogEntry, TrainerState } from "./training/state";
export type { StopSignal } from "./training/interrupts";
export { TrainingDiverged } from "./training/step/non-finite";
export { Trainer } from "./training/trainer";
export type {
  EvalPrediction,
  PredictionOutput,
  TrainerOptions,
  TrainOptions,
  TrainOutput,
} from "./training/trainer-options";
export { TrainingArguments } from "./training/training-arguments";
export type {
  IntervalStrategy,
  NanPolicy,
  ReportTarget,
  SamplingStrategy,
  SaveStrategy,
  TrainingArgumentsOptions,
} from "./training/training-arguments";

// Export
export { exportOnnx } from "./export/onnx/export-onnx";
export type { ExportOnnxOptions, Quantization } from "./export/onnx/export-onnx";
export { exportPage } from "./export/page/export-page";
export type { ExportPageOptions } from "./export/page/export-page";

// Evaluation and inference
export { argmax } from "./evaluation/argmax";
export type { Logits } from "./evaluation/argmax";
export { calibration } from "./evaluation/calibration";
export type {
  Calibration,
  CalibrationBin,
  CalibrationInputs,
  CalibrationOptions,
} from "./evaluation/calibration";
export { accuracyOf, gradePredictions, surestErrors } from "./evaluation/graded-predictions";
export type { GradedPrediction, PredictionsToGrade } from "./evaluation/graded-predictions";
export { sharesByKind } from "./evaluation/shares-by-kind";
export type { SharesByKind } from "./evaluation/shares-by-kind";
export { softmax } from "./evaluation/softmax";
export { wilsonInterval } from "./evaluation/wilson-interval";
export { BagOfWords } from "./evaluation/bag-of-words";
export type { BagOfWordsOptions } from "./evaluation/bag-of-words";
export { evaluate } from "./evaluation/evaluate";
export type { Metric } from "./evaluation/evaluate";
export type { GlueTask } from "./evaluation/glue";
export type { AverageOptions } from "./evaluation/averages";
export type { MetricInputs } from "./evaluation/inputs";
export type { RocAucInputs, RocAucOptions } from "./evaluation/roc-auc";
export type { EntityScores, SeqevalInputs, SeqevalOptions, SeqevalResult } from "./evaluation/seqeval";
export type { SquadInputs, SquadPrediction, SquadReference, SquadResult } from "./evaluation/squad";
export type { SquadV2Inputs, SquadV2Options, SquadV2Prediction, SquadV2Result } from "./evaluation/squad-v2";
export { confusionMatrix } from "./evaluation/confusion-matrix";
export type { ConfusionMatrixOptions } from "./evaluation/confusion-matrix";
export { squeeze } from "./evaluation/squeeze";
export { attentionMap } from "./inference/attention-map";
export type { AttentionMap } from "./inference/attention-map";
export { attribute } from "./inference/attribute";
export type { AttributeOptions, Attributions } from "./inference/attribute";
export { serveClassifier } from "./inference/serving/serve-classifier";
export type { ServedClassifier, ServeOptions } from "./inference/serving/serve-classifier";
export { serveStudio, writeStudio } from "./studio/serve";
export type { ServedStudio, ServeStudioOptions, StudioOptions } from "./studio/serve";
export type { FeatureExtractionOptions, FeatureExtractionPipeline } from "./inference/feature-extraction";
export type { FillMaskOptions, FillMaskPipeline, MaskFilling } from "./inference/fill-mask";
export type { EntityGroup } from "./inference/entity-groups";
export { pipeline } from "./inference/pipeline";
export type { PipelineOptions, PipelineTask } from "./inference/pipeline";
export type {
  Classification,
  ClassifyOptions,
  TextClassificationPipeline,
} from "./inference/text-classification";
export type {
  ChoiceQuestion,
  ChooseOptions,
  MultipleChoicePipeline,
  RankedChoice,
} from "./inference/multiple-choice";
export type {
  Answer,
  AnswerQuestionOptions,
  Question,
  QuestionAnsweringPipeline,
} from "./inference/question-answering";
export type {
  TokenAnswer,
  TokenClassificationOptions,
  TokenClassificationPipeline,
} from "./inference/token-classification";

// Tasks: from rows to what a model learns from, and back
export { answerPredictions } from "./tasks/question-answering/answer-predictions";
export type { AnswerOptions } from "./tasks/question-answering/answer-predictions";
export { prepareTrainFeatures, prepareValidationFeatures } from "./tasks/question-answering/features";
export type {
  FeatureOptions,
  GivenAnswers,
  Questions,
  TrainFeatures,
  ValidationFeatures,
} from "./tasks/question-answering/features";
export { tokenizeGroups } from "./tasks/text-groups/tokenize-groups";
export type { GroupedText, TokenizedGroups } from "./tasks/text-groups/tokenize-groups";
export { tokenizeAndAlignLabels } from "./tasks/token-classification/align-labels";
export type {
  AlignLabelsOptions,
  LabelledWords,
  TokensWithLabels,
} from "./tasks/token-classification/align-labels";
export { tagSequences } from "./tasks/token-classification/tag-sequences";
export type { TokenPredictions } from "./tasks/token-classification/tag-sequences";
