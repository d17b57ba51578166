import type * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../errors";
import { firstTokens } from "../../ops/first-tokens";
import { SequenceClassificationModel } from "../heads/sequence-classification";
import { Dropout, Linear } from "../layers";
import type { Encoded } from "../model-output";
import { Module, ModelContext } from "../module";
import type { PackedBatch } from "../packed-batch";
import type { ElectraConfig } from "./configuration";
import { ElectraModel } from "./modeling";

/** What stands for a sequence. */
class ElectraSequenceSummary extends Module {
  readonly summary: Linear;
  readonly #dropout: Dropout;

  constructor({ hiddenSize, initializerRange, summaryLastDropout }: ElectraConfig, context: ModelContext) {
    super();
    this.summary = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.#dropout = new Dropout(summaryLastDropout, context, "sequences");
  }

  forward(first: tf.Tensor2D): tf.Tensor2D {
    return this.#dropout.forward(this.summary.forward(first, "gelu"));
  }
}

/** What scores a choice, where ELECTRA keeps it. @see transformers.ElectraForMultipleChoice */
export class ElectraChoiceScorer extends SequenceClassificationModel {
  readonly architecture: string = "ElectraForMultipleChoice";
  readonly baseModelPrefix = "electra";
  override readonly headModules = ["sequence_summary", "classifier"];
  override readonly sequenceModules = ["sequence_summary", "classifier"];
  readonly electra: ElectraModel;
  readonly sequence_summary: ElectraSequenceSummary;
  readonly classifier: Linear;

  constructor(config: ElectraConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.electra = new ElectraModel(config, context);
    this.sequence_summary = new ElectraSequenceSummary(config, context);
    this.classifier = new Linear(config.hiddenSize, config.numLabels, config.initializerRange);
  }

  protected get body(): ElectraModel {
    return this.electra;
  }

  protected scores({ hiddenStates }: Encoded, { layout }: PackedBatch): tf.Tensor2D {
    const first = firstTokens(hiddenStates.at(-1)!, layout);
    return this.classifier.forward(this.sequence_summary.forward(first));
  }

  protected describeScores(): never {
    throw new ConfigError(`A ${this.architecture} cannot be exported yet.`);
  }
}
