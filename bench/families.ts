import type { EncoderConfig } from "../lib/src/models/encoder/configuration";
import { FAMILIES, familyOf } from "../lib/src/models/families";
import type { SequenceClassificationModel } from "../lib/src/models/heads/sequence-classification";
import { UsageError } from "./options";

interface Sizes {
  /** As `model_type` in a config.json. */
  family: string;
  layers: number;
  hidden: number;
}

type Json = Record<string, unknown>;

const ROBERTA: Json = { pad_token_id: 1, max_position_embeddings: 514, type_vocab_size: 1 };

/** What a family's published models have beside their sizes. */
const PARTICULARS: Readonly<Record<string, Json>> = {
  albert: { embedding_size: 128, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
  camembert: ROBERTA,
  "deberta-v2": {
    ...{ relative_attention: true, position_buckets: 256, norm_rel_ebd: "layer_norm", share_att_key: true },
    ...{ pos_att_type: "p2c|c2p", position_biased_input: false, type_vocab_size: 0 },
  },
  modernbert: { pad_token_id: 0, bos_token_id: 101, eos_token_id: 102, cls_token_id: 101, sep_token_id: 102 },
  mpnet: { pad_token_id: 1, max_position_embeddings: 514 },
  roberta: ROBERTA,
  "xlm-roberta": ROBERTA,
};

/** The config.json of a model of a family, with the vocabulary of the benchmark's tokenizer. */
export function familyConfig({ family, layers, hidden }: Sizes): Json {
  if (!familyOf(family)) {
    const known = FAMILIES.map(({ configuration }) => configuration.modelType).join(", ");
    throw new UsageError(`There is no family '${family}'. There are: ${known}.`);
  }
  const heads = Math.max(1, hidden / 64);
  const sizes: Json =
    family === "distilbert"
      ? { dim: hidden, n_layers: layers, n_heads: heads, hidden_dim: 4 * hidden }
      : {
          ...{ hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads },
          ...{ intermediate_size: family === "modernbert" ? 1.5 * hidden : 4 * hidden },
        };
  const embeddings = family === "electra" ? { embedding_size: hidden } : {};
  return { model_type: family, vocab_size: 30522, ...sizes, ...embeddings, ...PARTICULARS[family] };
}

/** A classifier of a family, with random weights. */
export function familyModel(sizes: Sizes, seed: number): SequenceClassificationModel {
  const { configuration, forSequenceClassification: Class } = familyOf(sizes.family)!;
  const config = configuration.fromJson(familyConfig(sizes), "config.json") as EncoderConfig;
  return new Class(config as never, seed).initializeWeights();
}
