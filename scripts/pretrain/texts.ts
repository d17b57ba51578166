import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ConfigError, loadDataset } from "../../lib/src/index";
import { inventReviews } from "../../data/make-reviews";
import type { TextSource } from "./config";

/** Texts of fewer words teach nothing about words in context. */
const LEAST_WORDS = 3;

/**
 * The texts of all sources, each once, in the order of the sources.
 *
 * @param resolve  paths of the config to paths that can be opened
 * @throws ConfigError if a source is not there
 */
export async function readTexts(
  sources: readonly TextSource[],
  resolve: (given: string) => string,
): Promise<string[]> {
  const seen = new Map<string, string>();
  for (const source of sources) {
    for (const text of await textsOf(source, resolve)) {
      const clean = text.replace(/\s+/g, " ").trim();
      const key = clean.toLowerCase();
      if (clean.split(" ").length >= LEAST_WORDS && !seen.has(key)) seen.set(key, clean);
    }
  }
  return [...seen.values()];
}

async function textsOf(source: TextSource, resolve: (given: string) => string): Promise<readonly string[]> {
  if ("wordnet" in source) return wordnetTexts(resolve(source.wordnet));
  if ("reviews" in source) return inventReviews(source.reviews, source.seed);
  if ("lines" in source) return readFileSync(existing(resolve(source.lines)), "utf8").split("\n");
  const rows = await loadDataset(existing(resolve(source.dataset)), { split: source.split });
  return rows.column(source.column as "sentence");
}

function existing(file: string): string {
  if (!existsSync(file)) throw new ConfigError(`${file}: is not there; the config names it under "texts".`);
  return file;
}

/** Part of speech files of a WordNet database; see wndb(5WN). */
const WORDNET_FILES = ["data.noun", "data.verb", "data.adj", "data.adv"];

/** Of each synset its gloss (with the words in front, so that they meet their meaning), and each of its examples. */
function wordnetTexts(folder: string): string[] {
  if (!existsSync(path.join(folder, WORDNET_FILES[0]!))) {
    throw new ConfigError(`${folder}: is no WordNet database (Debian: apt-get install wordnet-base).`);
  }
  return WORDNET_FILES.flatMap((name) =>
    readFileSync(path.join(folder, name), "utf8")
      .split("\n")
      .filter((line) => /^\d/.test(line))
      .flatMap(synsetTexts),
  );
}

function synsetTexts(line: string): string[] {
  const [head = "", gloss = ""] = line.split(" | ");
  const fields = head.split(" ");
  const count = Number.parseInt(fields[3]!, 16);
  const words = Array.from({ length: count }, (_, i) =>
    fields[4 + 2 * i]!.replace(/\(\w+\)$/, "").replace(/_/g, " "),
  );
  const examples = Array.from(gloss.matchAll(/"([^"]+)"/g), ([, example]) => example!);
  const meaning = gloss.replace(/;?\s*"[^"]*"[^;]*/g, "").trim();
  return [`${words.join(", ")}: ${meaning}`, ...examples];
}
