/**
 * Prints the figures that data/README.md quotes about the embedded dataset:
 *
 *     npx tsx data/describe-reviews.ts
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.join(__dirname, "reviews");

const read = (name: string) => readFileSync(path.join(FOLDER, name), "utf8");
const rows = (name: string) =>
  read(name)
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"));

function describe(split: string, sentences: readonly string[], labels: readonly string[]): void {
  const positive = labels.filter((label) => label === "1").length;
  const words = sentences.map((sentence) => sentence.split(" ").length).sort((a, b) => a - b);
  const quantile = (q: number) => words[Math.floor(q * (words.length - 1))];
  const share = ((100 * positive) / labels.length).toFixed(1);
  console.log(
    `${split}: ${labels.length} sentences, ${positive} positive (${share} %), ` +
      `words: shortest ${quantile(0)}, median ${quantile(0.5)}, 95 % up to ${quantile(0.95)}, longest ${quantile(1)}`,
  );
}

const columns = (split: "train" | "dev", column: number) =>
  rows(`${split}.tsv`).map((fields) => fields[column] ?? "");
for (const split of ["train", "dev"] as const) describe(split, columns(split, 0), columns(split, 1));
const at1 = (name: string) => rows(name).map((fields) => fields[1] ?? "");
describe("test", at1("test.tsv"), at1("test-labels.tsv"));

for (const name of ["train.tsv", "dev.tsv", "test.tsv", "test-labels.tsv"]) {
  console.log(`${createHash("sha256").update(read(name)).digest("hex")}  ${name}`);
}
