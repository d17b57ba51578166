import type { LabelMaps } from "./labels";
import type { ProblemType } from "./problem-type";

/** What all configurations have in common, whatever the family. @see transformers.PretrainedConfig */
export interface PretrainedConfig extends LabelMaps {
  /** The family's name in a `config.json`, such as "bert". */
  readonly modelType: string;
  /** What a classifier's outputs mean; null: not known yet. */
  problemType: ProblemType | null;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  /** Positions that the model tells apart. */
  readonly maxPositionEmbeddings: number;
  /** Tokens of the longest sequence. */
  readonly longestSequence: number;
  /** Whether the id of padding says where positions begin. */
  readonly countsFromPadding: boolean;
  readonly padTokenId: number | null;
  /** Keys of the `config.json` whose numbers Python wants as floats. */
  readonly fractions: readonly string[];
  /** The same with other sizes. */
  with(
    sizes: Partial<Pick<PretrainedConfig, "numHiddenLayers" | "vocabSize" | "padTokenId">>,
  ): PretrainedConfig;
  /** The object that goes into a `config.json`. */
  toJson(): Record<string, unknown>;
}
