import { mkdir } from "../../platform/files";
import path from "../../platform/path";
import * as tf from "../../tfjs";
import { writeJson } from "../../checkpoints/json";
import { ConfigError } from "../../errors";
import { crossEntropy } from "../../ops/cross-entropy";
import { meanSquaredError } from "../../ops/mean-squared-error";
import { sequenceMeans } from "../../ops/sequence-means";
import type { EncoderConfig } from "../encoder/configuration";
import type { EncoderModel } from "../encoder/encoder-model";
import type { GraphBuilder, GraphOutputs } from "../graph-builder";
import type { Answers, Encoded, EncodeOptions, ModelOutput, TaskInputs } from "../model-output";
import { ModelContext, type NamedModule, type Parameter } from "../module";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import type { SaveOptions } from "../save-options";
import type { BodyClass } from "./token-head";

export interface SentenceEmbeddingOutput extends ModelOutput {
  /** [batch, hidden], the mean of each text's states; of groups of texts [batch, texts, hidden]. */
  embeddings: tf.Tensor2D | tf.Tensor3D;
  /** Of single texts the embeddings; of groups [batch, 1], the cosine of the angle between the first two texts. */
  logits: tf.Tensor2D;
}

/** What a head for embeddings has to know of a family. */
export interface SentenceEmbeddingFamily {
  model: BodyClass;
}

/** As sentence-transformers has it: cosines are times so much before they are compared. */
const SCALE = 20;

/**
 * A model that places texts such that those of the same meaning lie near each other: the mean of a text's states.
 *
 * It learns from groups of texts, `input_ids` [batch, texts, length]:
 *
 * - with `labels`, from pairs and how alike they are, -1 … 1: the squared difference to the cosine (sentence-transformers'
 *   CosineSimilarityLoss);
 * - without, from pairs that belong together: of the second texts of the whole batch each first text has to find its own
 *   (MultipleNegativesRankingLoss). Texts behind the second are candidates too that none of them is right.
 *
 * Its files are those of its body, and say to sentence-transformers how it is used.
 *
 * @see Reimers and Gurevych 2019; sentence-transformers
 * @example
 * const model = await AutoModelForSentenceEmbedding.fromPretrained("all-MiniLM-L6-v2"); // a SentenceEmbeddingModel
 */
export class SentenceEmbeddingModel extends PreTrainedModel<SentenceEmbeddingOutput> {
  override readonly targetNames = '"labels", or from groups of texts without any';
  override readonly peftTaskType = "FEATURE_EXTRACTION";
  declare readonly config: EncoderConfig;
  readonly #body: EncoderModel;

  constructor(family: SentenceEmbeddingFamily, config: EncoderConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.#body = new family.model(config as never, context, { pooler: false });
  }

  get architecture(): string {
    return this.#body.architecture;
  }

  get baseModelPrefix(): string {
    return this.#body.baseModelPrefix;
  }

  override namedParameters(prefix?: string): Generator<[string, Parameter]> {
    return this.#body.namedParameters(prefix);
  }

  override namedModules(prefix?: string): Generator<NamedModule> {
    return this.#body.namedModules(prefix);
  }

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.#body.encode(batch, options);
  }

  readOut({ hiddenStates }: Encoded, { layout }: PackedBatch, inputs: TaskInputs): SentenceEmbeddingOutput {
    const embeddings = sequenceMeans(hiddenStates.at(-1)!, layout);
    const [rows, texts] = inputs.input_ids.shape;
    if (!isGroup(inputs)) return { embeddings, logits: embeddings };
    const { hiddenSize } = this.config;
    const groups = tf.reshape<tf.Rank.R3>(embeddings, [rows, texts, hiddenSize]);
    const [first, second, ...others] = tf.unstack(normalized(groups), 1) as tf.Tensor2D[];
    const logits = tf.sum<tf.Tensor2D>(tf.mul(first!, second!), 1, true);
    if (inputs.labels) {
      const alike = tf.reshape<tf.Rank.R2>(tf.cast(inputs.labels, "float32"), [rows, 1]);
      return { embeddings: groups, logits, loss: meanSquaredError(logits, alike) };
    }
    const candidates = tf.concat([second!, ...others], 0);
    const scores = tf.mul<tf.Tensor2D>(tf.matMul(first!, candidates, false, true), SCALE);
    return { embeddings: groups, logits, loss: crossEntropy(scores, tf.range(0, rows, 1, "int32")) };
  }

  /** The states, of which a runtime takes the mean. */
  override describe(builder: GraphBuilder): GraphOutputs {
    return this.#body.describe(builder);
  }

  override hasLabels(inputs: TaskInputs): boolean {
    return isGroup(inputs);
  }

  /** Without labels each row is held against all others. */
  override comparesRows({ labels }: TaskInputs): boolean {
    return labels === undefined;
  }

  override answersOf({ logits }: SentenceEmbeddingOutput, { labels }: TaskInputs): Answers {
    return { logits, labels };
  }

  override checkInputs(inputs: TaskInputs): void {
    const { input_ids, labels } = inputs;
    const [rows, texts] = input_ids.shape;
    if (isGroup(inputs) && texts < 2) {
      throw new ConfigError("Each row has one text; to learn from groups they have to have two or more.");
    }
    if (!labels) return;
    if (!isGroup(inputs) || texts !== 2 || labels.size !== rows) {
      throw new ConfigError(
        `labels of ${labels.size} rows, input_ids of the shape [${(input_ids.shape as number[]).join(", ")}]; how alike two texts are is ` +
          "said of pairs, [batch, 2, length], by one number a row. DataCollatorForMultipleChoice makes them.",
      );
    }
    for (const [row, label] of labels.dataSync().entries()) {
      if (label >= -1 && label <= 1) continue;
      throw new ConfigError(
        `Row ${row} of the batch: the label ${label} is no cosine, from -1 to 1. (Grades from 0 to 5 are divided by 5.)`,
      );
    }
  }

  /** Also writes what tells sentence-transformers that the mean is taken. */
  override async savePretrained(directory: string, options?: SaveOptions): Promise<void> {
    await super.savePretrained(directory, options);
    const pooling = path.join(directory, "1_Pooling");
    await mkdir(pooling, { recursive: true });
    await writeJson(path.join(pooling, "config.json"), {
      word_embedding_dimension: this.config.hiddenSize,
      pooling_mode_cls_token: false,
      pooling_mode_mean_tokens: true,
      pooling_mode_max_tokens: false,
      pooling_mode_mean_sqrt_len_tokens: false,
    });
    const type = (name: string) => `sentence_transformers.models.${name}`;
    await writeJson(path.join(directory, "modules.json"), [
      { idx: 0, name: "0", path: "", type: type("Transformer") },
      { idx: 1, name: "1", path: "1_Pooling", type: type("Pooling") },
    ]);
  }
}

/** Whether the rows are groups of texts. */
const isGroup = ({ input_ids }: TaskInputs): boolean => (input_ids.shape as readonly number[]).length === 3;

/** Each vector with the length 1; one of zeros stays. */
function normalized(x: tf.Tensor3D): tf.Tensor3D {
  const squares = tf.maximum(tf.sum(tf.square(x), -1, true), 1e-24);
  return tf.div(x, tf.sqrt(squares));
}
