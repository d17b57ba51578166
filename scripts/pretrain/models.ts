import {
  AutoModel,
  AutoModelForMaskedLM,
  AutoTokenizer,
  BertConfig,
  ConfigError,
  cutVocabulary,
  keepLayers,
  keepTokens,
  trainWordPiece,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from "../../lib/src/index";
import type { PretrainConfig } from "./config";

export interface Vocabulary {
  tokenizer: PreTrainedTokenizer;
  /** Where it is part of a checkpoint's: of each token the id there. */
  origin?: { checkpoint: string; keptIds: Int32Array };
}

/** The vocabulary of a run, trained or cut on its texts. */
export async function makeVocabulary(
  { vocabulary }: PretrainConfig,
  texts: readonly string[],
  resolve: (given: string) => string,
): Promise<Vocabulary> {
  if ("train" in vocabulary) return { tokenizer: trainWordPiece(texts, { vocabSize: vocabulary.train }) };
  const checkpoint = resolve(vocabulary.from);
  const whole = await AutoTokenizer.fromPretrained(checkpoint);
  const { tokenizer, keptIds } = cutVocabulary(whole, texts, { size: vocabulary.size });
  return { tokenizer, origin: { checkpoint, keptIds } };
}

/** The model that is trained, as it is before the first step. */
export async function makeModel(
  { model, objective, seed }: PretrainConfig,
  { tokenizer, origin }: Vocabulary,
  resolve: (given: string) => string,
): Promise<PreTrainedModel<object>> {
  const auto = "maskedLanguage" in objective ? AutoModelForMaskedLM : AutoModel;
  const rate = model.dropout ?? 0.1;
  const dropout = { hiddenDropoutProb: rate, attentionProbsDropoutProb: rate };
  if ("config" in model) {
    const { size: vocabSize, padTokenId } = tokenizer;
    const config = new BertConfig({ ...model.config, ...dropout, vocabSize, padTokenId });
    return await auto.fromConfig(config, { seed });
  }
  const checkpoint = resolve(model.from);
  if (origin?.checkpoint !== checkpoint) {
    throw new ConfigError(
      `model.from is ${checkpoint}, whose vectors mean the tokens of its own vocabulary; ` +
        "let vocabulary.from be the same checkpoint.",
    );
  }
  const whole: PreTrainedModel<object> = await auto.fromPretrained(checkpoint, { ...dropout, seed });
  const shallow = await keepLayers(whole, model.layers);
  const small = await keepTokens(shallow, origin.keptIds);
  whole.dispose();
  shallow.dispose();
  return small;
}

/** Writes the finished checkpoint, with the dropout that fine-tuning starts from. */
export async function saveModel(
  model: PreTrainedModel<object>,
  { output }: PretrainConfig,
  directory: string,
): Promise<void> {
  const config = (model.config as BertConfig).with({
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
  });
  const Class = model.constructor as new (config: BertConfig, seed: number) => PreTrainedModel<object>;
  const finished = new Class(config, 0).loadStateDict(await model.stateDict(), "pretraining");
  await finished.savePretrained(directory, { dtype: output.dtype });
  finished.dispose();
}
