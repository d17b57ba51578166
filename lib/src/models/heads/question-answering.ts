import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { crossEntropy } from "../../ops/cross-entropy";
import { padSequences } from "../../ops/packed-sequences";
import { takeRows } from "../../ops/take-rows";
import type { EncoderConfig } from "../encoder/configuration";
import type { GraphBuilder, GraphOutputs } from "../graph-builder";
import type { Answers, Encoded, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { TokenHeadModel, type TokenHeadFamily } from "./token-head";

/** Of padding, which is no candidate: its probability is 0. */
const IMPOSSIBLE = -1e9;

/** @see transformers' QuestionAnsweringModelOutput */
export interface QuestionAnsweringOutput extends ModelOutput {
  /** [batch, length, 2], how well the answer begins with a token, and how well it ends with it; -1e9 at padding. */
  logits: tf.Tensor3D;
}

/**
 * A model that finds where in a text the answer to a question stands: with which token it begins, and with which it ends. The loss is the
 * mean of both cross-entropies, over the tokens of a row without its padding. (transformers' has padding among the candidates, so that its
 * loss depends on what else is in the batch; in batches without padding both are equal.)
 *
 * @see Devlin et al. 2019, section 4.2; transformers.AutoModelForQuestionAnswering
 * @example
 * const model = await AutoModelForQuestionAnswering.fromPretrained("deepset/roberta-base-squad2"); // a QuestionAnsweringModel
 */
export class QuestionAnsweringModel extends TokenHeadModel<QuestionAnsweringOutput> {
  override readonly peftTaskType = "QUESTION_ANS";
  override readonly targetNames = '"start_positions" and "end_positions"';

  constructor(family: TokenHeadFamily, config: EncoderConfig, seed: number) {
    const parts = family.tokenHead?.(config as never) ?? {};
    super(family, config, seed, parts, {
      task: "QuestionAnswering",
      layer: parts.answerLayer ?? "qa_outputs",
      outputs: 2,
      dropout: parts.answerDropout ?? 0,
    });
    if (config.numLabels !== 2) {
      throw new ConfigError(
        `numLabels is ${config.numLabels}; what finds answers has 2 scores a token, for beginning and end.`,
      );
    }
  }

  readOut(
    encoded: Encoded,
    { layout }: PackedBatch,
    inputs: TaskInputs,
    { labelSmoothing = 0 }: ForwardOptions,
  ): QuestionAnsweringOutput {
    const { count, maxLength } = layout;
    const padded = tf.reshape<tf.Rank.R3>(padSequences(this.scores(encoded), layout), [count, maxLength, 2]);
    const logits = tf.add<tf.Tensor3D>(padded, paddingScores(layout));
    const { start_positions, end_positions } = inputs;
    if (!start_positions || !end_positions) return { logits };
    // [batch, 2, length] as rows: beginnings and ends in turns.
    const rows = tf.reshape<tf.Rank.R2>(tf.transpose(logits, [0, 2, 1]), [2 * count, maxLength]);
    const targets = tf.reshape<tf.Rank.R1>(tf.stack([start_positions, end_positions], 1), [2 * count]);
    return { logits, loss: crossEntropy(rows, targets, labelSmoothing) };
  }

  override describe(builder: GraphBuilder): GraphOutputs {
    const scores = this.describeScores(new ModuleGraph(builder, this));
    const shape = ["batch_size", "sequence_length"] as const;
    return {
      start_logits: { value: builder.column(scores, 0), shape },
      end_logits: { value: builder.column(scores, 1), shape },
    };
  }

  override hasLabels({ start_positions, end_positions }: TaskInputs): boolean {
    return start_positions !== undefined && end_positions !== undefined;
  }

  override checkInputs(inputs: TaskInputs): void {
    const { input_ids, attention_mask } = inputs;
    const [rows, columns] = input_ids.shape;
    const mask = attention_mask?.dataSync();
    for (const name of ["start_positions", "end_positions"] as const) {
      const positions = inputs[name];
      if (!positions) continue;
      if (positions.size !== rows) {
        throw new ConfigError(`${name} has ${positions.size} entries for ${rows} rows; each row has one.`);
      }
      for (const [row, position] of positions.dataSync().entries()) {
        const isToken = Number.isInteger(position) && position >= 0 && position < columns;
        if (isToken && mask?.[row * columns + position] !== 0) continue;
        throw new ConfigError(
          `Row ${row} of the batch: ${name} is ${position}, which is none of its tokens. An answer that truncation has cut off ` +
            "is told by the first token, 0, in both columns.",
        );
      }
    }
  }

  /** Two scores for each token but padding, row after row; of each row the beginning and the end. */
  override answersOf({ logits }: QuestionAnsweringOutput, inputs: TaskInputs): Answers {
    const { input_ids, attention_mask, start_positions, end_positions } = inputs;
    const [rows, width] = logits.shape;
    const columns = input_ids.shape[1];
    const mask = attention_mask?.dataSync();
    const places: number[] = [];
    const counts = Array.from({ length: rows }, (_, row) => {
      const before = places.length;
      for (let column = 0; column < width; column++)
        if (mask?.[row * columns + column] !== 0) places.push(row * width + column);
      return places.length - before;
    });
    const flat = tf.reshape<tf.Rank.R2>(logits, [rows * width, 2]);
    const isLabelled = start_positions !== undefined && end_positions !== undefined;
    return {
      logits: takeRows(flat, tf.tensor1d(places, "int32")),
      labels: isLabelled ? tf.stack([start_positions, end_positions], 1) : undefined,
      counts,
    };
  }
}

/** [batch, length, 1]: 0 at tokens. */
function paddingScores({ count, maxLength, offsets }: PackedBatch["layout"]): tf.Tensor3D {
  const scores = new Float32Array(count * maxLength);
  for (let sequence = 0; sequence < count; sequence++) {
    const length = offsets[sequence + 1]! - offsets[sequence]!;
    scores.fill(IMPOSSIBLE, sequence * maxLength + length, (sequence + 1) * maxLength);
  }
  return tf.tensor3d(scores, [count, maxLength, 1]);
}
