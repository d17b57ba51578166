import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { crossEntropy } from "../../ops/cross-entropy";
import type { EncoderConfig } from "../encoder/configuration";
import type { Encoded, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import type { PackedBatch } from "../packed-batch";
import type { PreTrainedModel } from "../pretrained-model";
import type { SequenceClassificationModel, SequenceClassifierOutput } from "./sequence-classification";

/** @see transformers' MultipleChoiceModelOutput */
export interface MultipleChoiceOutput extends ModelOutput {
  /** [batch, choices] */
  logits: tf.Tensor2D;
}

/**
 * A model that chooses: it reads what is asked together with each choice, `input_ids` [batch, choices, length], and gives each choice a score.
 * The loss is the cross-entropy between the choices of a row.
 *
 * @see transformers.AutoModelForMultipleChoice
 */
export type MultipleChoiceModel = PreTrainedModel<MultipleChoiceOutput>;

type Scorer = new (config: never, seed: number) => SequenceClassificationModel;

/** What a head for choices has to know of a family. */
export interface MultipleChoiceFamily {
  /** In front of the names of transformers' classes: "Bert" of BertForMultipleChoice. */
  name: string;
  forSequenceClassification: Scorer;
  /** What scores a choice, where that is not the classifier of sequences with one label. */
  choiceScorer?: Scorer;
}

/** A family's scorer of sequences, of which several at a time are compared. */
function choosing(
  name: string,
  ScorerClass: Scorer,
): new (config: EncoderConfig, seed: number) => MultipleChoiceModel {
  // Abstract, since the compiler does not know that the family's class is whole.
  abstract class Choosing extends (ScorerClass as new (
    config: unknown,
    seed: number,
  ) => SequenceClassificationModel) {
    override readonly architecture = `${name}ForMultipleChoice`;
    override readonly peftTaskType = null;

    constructor(config: EncoderConfig, seed: number) {
      super(config.with({ numLabels: 1, id2label: ["LABEL_0"] }), seed);
      // A choice has one score, whatever labels the configuration names; they are written back.
      Object.assign(this, { config });
    }

    override readOut(
      encoded: Encoded,
      batch: PackedBatch,
      { input_ids, labels }: TaskInputs,
      { labelSmoothing = 0 }: ForwardOptions,
    ): SequenceClassifierOutput {
      const choices = input_ids.shape[1];
      const logits = tf.reshape<tf.Rank.R2>(this.scores(encoded, batch), [-1, choices]);
      if (!labels) return { logits };
      return { logits, loss: crossEntropy(logits, labels as tf.Tensor1D, labelSmoothing) };
    }

    override isHiddenLabel(label: number): boolean {
      return label < 0;
    }

    override describe(): never {
      throw new ConfigError(`A ${this.architecture} cannot be exported yet.`);
    }

    override checkInputs({ input_ids, labels }: TaskInputs): void {
      const shape: readonly number[] = input_ids.shape;
      if (shape.length !== 3) {
        throw new ConfigError(
          `input_ids have the shape [${shape.join(", ")}]; a model that chooses reads [batch, choices, length]. ` +
            "DataCollatorForMultipleChoice makes them.",
        );
      }
      if (!labels) return;
      const [rows, choices] = shape as [number, number];
      if (labels.shape.length !== 1 || labels.size !== rows) {
        throw new ConfigError(
          `labels have the shape [${labels.shape.join(", ")}]; each of the ${rows} rows has one, the number of its choice.`,
        );
      }
      for (const [row, label] of labels.dataSync().entries()) {
        if (Number.isInteger(label) && label >= 0 && label < choices) continue;
        throw new ConfigError(
          `Row ${row} of the batch: the label ${label} is none of the ${choices} choices, which are counted from 0.`,
        );
      }
    }
  }
  return Choosing as unknown as new (config: EncoderConfig, seed: number) => MultipleChoiceModel;
}

/** A model of a family that chooses, its weights not there yet. */
export function multipleChoiceModel(
  family: MultipleChoiceFamily,
  config: EncoderConfig,
  seed: number,
): MultipleChoiceModel {
  const Model = choosing(family.name, family.choiceScorer ?? family.forSequenceClassification);
  return new Model(config, seed);
}
