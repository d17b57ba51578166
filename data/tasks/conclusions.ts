import { readFileSync } from "node:fs";
import path from "node:path";
import { Draw } from "./random";
import type { Split } from "./vocabulary";

/** A review, and four conclusions of which one fits. */
export interface ConclusionRow {
  review: string;
  conclusions: string[];
  label: number;
}

/** By the label of the review that they fit. */
const CONCLUSIONS: readonly (readonly string[])[] = [
  [
    "Avoid it.",
    "A waste of money.",
    "I want my money back.",
    "Never again.",
    "I cannot recommend it.",
    "One star is too many.",
    "What a disappointment.",
    "Stay away.",
    "I regret it.",
    "Save your time.",
  ],
  [
    "Do not miss it.",
    "Worth every cent.",
    "I will be back.",
    "Five stars.",
    "Warmly recommended.",
    "I loved it.",
    "What a delight.",
    "A triumph.",
    "Tell your friends.",
    "You will love it.",
  ],
];

const FILES = { train: "train.tsv", validation: "dev.tsv" } as const;

function reviewsOf(split: Split): [sentence: string, label: 0 | 1][] {
  const file = path.resolve(__dirname, "../reviews", FILES[split]);
  const [, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [sentence, label] = line.split("\t") as [string, string];
    return [sentence, label === "1" ? 1 : 0];
  });
}

/** Embedded reviews, each with what its writer may have concluded, and three conclusions that say the opposite. */
export function conclusionRows(count: number, split: Split, seed: number): ConclusionRow[] {
  const draw = new Draw(seed, split);
  return draw
    .shuffled(reviewsOf(split))
    .slice(0, count)
    .map(([review, label]) => {
      const right = draw.pick(CONCLUSIONS[label]!);
      const wrong = draw.shuffled(CONCLUSIONS[1 - label]!).slice(0, 3);
      const conclusions = draw.shuffled([right, ...wrong]);
      return { review, conclusions, label: conclusions.indexOf(right) };
    });
}
