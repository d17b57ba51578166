import type { ScoreFunction } from "../../../models/problem-type";

/** What the page is told beside the model: the JSON in its HTML, and what the exporting program writes there. */
export interface PageSettings {
  /** By the numbers of the model's outputs. */
  labels: string[];
  /** What makes scores of the model's outputs; "none": they are numbers, not shares. */
  scores: ScoreFunction;
  /** Tokens of the longest text; what is longer is cut. */
  maxLength: number;
}

/** The scripts beside the page that bring its parts, each a gzip file in base64. */
export const PARTS = ["runtime", "model", "tokenizer"] as const;
export type PartName = (typeof PARTS)[number];

/** The element that holds {@link PageSettings}. */
export const SETTINGS_ID = "settings";
