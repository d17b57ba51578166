import type { SentenceRow } from "./rows";

type Example<Text extends string> = { [Name in Text]: string } & {
  /** -1 where it is hidden. STS-B: how alike the sentences are, from 0 to 5. */
  label: number;
  idx: number;
};

type Inference = Example<"premise" | "hypothesis">;
type SentencePair = Example<"sentence1" | "sentence2">;

/** What a row of each of GLUE's configurations holds: `loadDataset("glue", "mrpc")`. @see Wang et al. 2018 */
export interface GlueRows {
  ax: Inference;
  cola: SentenceRow;
  mnli: Inference;
  mnli_matched: Inference;
  mnli_mismatched: Inference;
  mrpc: SentencePair;
  qnli: Example<"question" | "sentence">;
  qqp: Example<"question1" | "question2">;
  rte: SentencePair;
  sst2: SentenceRow;
  stsb: SentencePair;
  wnli: SentencePair;
}

export type GlueConfiguration = keyof GlueRows;
