/**
 * Writes the embedded dataset of reviews, data/reviews/*.tsv, from the phrases in data/phrases. Deterministic:
 *
 *     npx tsx data/make-reviews.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Balance } from "./balance";
import { permutation } from "./permutation";
import { books } from "./phrases/books";
import type { Domain, Opinions } from "./phrases/domain";
import { films } from "./phrases/films";
import { gadgets } from "./phrases/gadgets";
import { hotels } from "./phrases/hotels";
import { CRITICS, CRITICS_ADJECTIVES, QUALITIES, TOPICS } from "./phrases/critics";
import { EVERYDAY, FEELINGS, PLAIN_ADJECTIVES, SUPERLATIVES, VERBS } from "./phrases/everyday";
import { INTENSIFIERS, OPENERS, PATTERNS, PREAMBLES, type Patterns } from "./phrases/patterns";
import { restaurants } from "./phrases/restaurants";
import { TURNS } from "./phrases/turns";

const SEED = 20;
const SIZES = { train: 5400, dev: 450, test: 450 } as const;
/** The share of positive reviews. */
const POSITIVE = 0.52;
const MAX_WORDS = 36;
/** The share of generated reviews with two sentences. */
const TWO_SENTENCES = 0.15;

const DOMAINS: readonly Domain[] = [films, books, restaurants, hotels, gadgets];

/** How reviews are written, and how much of each there is. Critics write about films only. */
const STYLES: readonly { weight: number; patterns: Patterns }[] = [
  { weight: 45, patterns: PATTERNS },
  { weight: 30, patterns: CRITICS },
  { weight: 25, patterns: EVERYDAY },
  { weight: 30, patterns: TURNS },
];

const SPLITS = ["train", "dev", "test"] as const;

type Side = keyof Opinions;
type Random = () => number;

export type Split = keyof typeof SIZES;

export interface Review {
  sentence: string;
  label: 0 | 1;
  /** The pattern, or two, that it was made of; the sentence itself where it was written by hand. */
  template: string;
}

/** The files of the dataset, by name. */
export function makeReviews(): Map<string, string> {
  const { train, dev, test } = composeSplits();
  const labelled = (reviews: Review[]) =>
    tsv(
      ["sentence", "label"],
      reviews.map(({ sentence, label }) => [sentence, label]),
    );
  return new Map([
    ["train.tsv", labelled(train)],
    ["dev.tsv", labelled(dev)],
    [
      "test.tsv",
      tsv(
        ["index", "sentence"],
        test.map(({ sentence }, index) => [index, sentence]),
      ),
    ],
    [
      "test-labels.tsv",
      tsv(
        ["index", "label"],
        test.map(({ label }, index) => [index, label]),
      ),
    ],
  ]);
}

/** The reviews of each split. No pattern and no sentence written by hand is in two of them. */
export function composeSplits(): Record<Split, Review[]> {
  const seen = new Set([...challenge(), ...DEMONSTRATION].map(normalized));
  const written = shuffled(distinct(handWritten(), seen), SEED);
  const total = Object.values(SIZES).reduce((sum, size) => sum + size, 0);
  const splits = {} as Record<Split, Review[]>;
  let start = 0;
  for (const [index, name] of SPLITS.entries()) {
    const own = written.slice(start, (start += Math.round((written.length * SIZES[name]) / total)));
    const made = generate(name, SIZES[name] - own.length, SEED + 10 * index, seen, own);
    splits[name] = shuffled([...own, ...made], SEED + index);
  }
  return splits;
}

/** Sentences of the same making as the training split's, but none of the dataset's own: texts to pretrain on. */
export function inventReviews(count: number, seed: number): string[] {
  const dataset = Object.values(composeSplits()).flat();
  const seen = new Set([...challenge(), ...DEMONSTRATION, ...dataset.map(({ sentence }) => sentence)].map(normalized));
  return generate("train", count, seed, seen, []).map(({ sentence }) => sentence);
}

/** A sentence as it counts for "the same": lower case, letters and digits only. */
export const normalized = (sentence: string) =>
  sentence
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join(" ") ?? "";

/** What the notebook classifies in the end; a model must not have learnt it by heart. */
export const DEMONSTRATION = [
  "This movie was absolutely fantastic! I loved every minute of it.",
  "Terrible film. A complete waste of time and money.",
  "The acting was okay, but the plot was rather predictable.",
  "Not bad at all, I was pleasantly surprised.",
];

/** The sentences of the challenge set, on which nothing may be trained. */
export function challenge(): string[] {
  const lines = readFileSync(path.join(__dirname, "challenge", "test.tsv"), "utf8").trimEnd().split("\n");
  return lines.slice(1).map((line) => line.split("\t")[2]!);
}

function handWritten(): Review[] {
  const read = (side: Side, label: 0 | 1) =>
    readFileSync(path.join(__dirname, "phrases", `hand-written-${side}.txt`), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((sentence) => ({ sentence, label, template: sentence }));
  return [...read("positive", 1), ...read("negative", 0)];
}

/**
 * New reviews of one split's patterns.
 *
 * @param seen   sentences, normalised, that are not to be made again; those that are made join them
 * @param given  reviews that the split has already; they count for its balance
 */
function generate(split: Split, count: number, seed: number, seen: Set<string>, given: readonly Review[]): Review[] {
  const random = mulberry32(seed);
  const balance = new Balance(given);
  const all = [...given];
  const wanted = given.length + count;
  let positive = given.filter(({ label }) => label === 1).length;
  while (all.length < wanted) {
    // The opinions take turns, so that the balance of words is one at any time.
    const side: Side = positive <= POSITIVE * all.length ? "positive" : "negative";
    const review = compose(split, side, random);
    const words = review.sentence.split(" ").length;
    if (words > MAX_WORDS || !balance.allows(review) || distinct([review], seen).length === 0) continue;
    balance.count(review);
    all.push(review);
    positive += review.label;
  }
  return all.slice(given.length);
}

function distinct(reviews: readonly Review[], seen: Set<string>): Review[] {
  return reviews.filter(({ sentence }) => {
    const key = normalized(sentence);
    return !seen.has(key) && seen.add(key);
  });
}

/** One review of this opinion: a sentence, at times two, without a phrase twice. */
function compose(split: Split, side: Side, random: Random): Review {
  const domain = pickWeighted(DOMAINS, random);
  const fill = filler(domain, side, random);
  const styles = domain === films ? STYLES : STYLES.filter(({ patterns }) => patterns !== CRITICS);
  const draw = () => {
    const { patterns } = pickWeighted(styles, random);
    return pick(patternsOf(split, patterns[random() < 0.4 ? side : "both"]), random);
  };
  const label = side === "positive" ? 1 : 0;
  const first = draw();
  if (random() > TWO_SENTENCES) return { sentence: polish(fill(first), random), label, template: first };
  const second = draw();
  const sentence = polish(`${fill(first).replace(/\w$/, "$&.")} ${fill(second)}`, random);
  return { sentence, label, template: `${first} + ${second}` };
}

/** Every eighth pattern is kept for one of the small splits. */
function patternsOf(split: Split, patterns: readonly string[]): readonly string[] {
  const owner = (index: number): Split => (index % 8 === 3 ? "dev" : index % 8 === 6 ? "test" : "train");
  return patterns.filter((_, index) => owner(index) === split);
}

/** Fills the slots of patterns with phrases of a domain and an opinion; each phrase is used once. */
function filler(domain: Domain, side: Side, random: Random): (pattern: string) => string {
  const used = new Set<string>();
  const draw = (items: readonly string[]) => {
    const free = items.filter((item) => !used.has(item));
    const item = pick(free.length > 0 ? free : items, random);
    used.add(item);
    return item;
  };
  const slots: Record<string, (of: Side) => string> = {
    thing: () => draw(domain.thing),
    kind: () => draw(domain.kind),
    context: () => draw(domain.context),
    very: () => draw(INTENSIFIERS),
    opener: () => draw(OPENERS),
    preamble: () => draw(PREAMBLES),
    topic: () => draw(TOPICS),
    critic: (of) => draw(CRITICS_ADJECTIVES[of]),
    quality: (of) => draw(QUALITIES[of]),
    plain: (of) => draw(PLAIN_ADJECTIVES[of]),
    most: (of) => draw(SUPERLATIVES[of]),
    felt: (of) => draw(FEELINGS[of]),
    verb: (of) => draw(VERBS[of]),
    adj: (of) => draw(domain.adj[of]),
    that: (of) => draw(domain.that[of]),
    verdict: (of) => draw(domain.verdict[of]),
    reaction: (of) => draw(domain.reaction[of]),
    part: (of) => {
      const name = draw(domain.aspects.map((aspect) => aspect.name));
      return `${name} ${draw(domain.aspects.find((aspect) => aspect.name === name)![of])}`;
    },
  };
  const other: Side = side === "positive" ? "negative" : "positive";
  return (pattern) =>
    pattern
      .replace(/\[([^\]]*)\]/g, (_, choices: string) => pick(choices.split("|"), random))
      .replace(/\{(-?)(\w+)\}/g, (_, minus: string, slot: string) => slots[slot]!(minus ? other : side));
}

/** Articles, capitals and spaces; some reviews, as people type them, without capitals and full stop. */
function polish(text: string, random: Random): string {
  const grammatical = text
    .replace(/\s+/g, " ")
    .replace(/\b(a) (?=[aeiou](?!ne |nique|se))/g, "an ")
    .replace(/\b(a) (?=hour|honest)/g, "an ")
    .trim();
  if (random() < 0.2) return grammatical.toLowerCase().replace(/\.$/, "");
  return grammatical.replace(
    /(^|[.!?] )(\p{L})/gu,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  Array.from(permutation(items.length, seed), (i) => items[i]!);

const tsv = (header: string[], rows: (string | number)[][]) =>
  [header, ...rows].map((row) => `${row.join("\t")}\n`).join("");

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)]!;

function pickWeighted<T extends { weight: number }>(items: readonly T[], random: Random): T {
  let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  return items.find(({ weight }) => (left -= weight) < 0) ?? items[0]!;
}

/** Uniform numbers in [0, 1): Tommy Ettinger's mulberry32. */
function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (require.main === module) {
  const folder = path.join(__dirname, "reviews");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of makeReviews()) writeFileSync(path.join(folder, name), text);
}
