/**
 * Writes the embedded dataset of reviews, data/reviews/*.tsv, from the phrases in data/phrases. Deterministic:
 *
 *     npx tsx data/make-reviews.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { permutation } from "./permutation";
import { books } from "./phrases/books";
import type { Domain, Opinions } from "./phrases/domain";
import { films } from "./phrases/films";
import { gadgets } from "./phrases/gadgets";
import { hotels } from "./phrases/hotels";
import { INTENSIFIERS, OPENERS, PATTERNS, PREAMBLES } from "./phrases/patterns";
import { restaurants } from "./phrases/restaurants";

const SEED = 20;
const SIZES = { train: 3600, dev: 450, test: 450 } as const;
/** The share of positive reviews. */
const POSITIVE = 0.52;
const MAX_WORDS = 36;
/** The share of generated reviews with two sentences. */
const TWO_SENTENCES = 0.2;

const DOMAINS: readonly Domain[] = [films, books, restaurants, hotels, gadgets];

type Side = keyof Opinions;
type Random = () => number;

interface Review {
  sentence: string;
  label: 0 | 1;
}

/** The files of the dataset, by name. */
export function makeReviews(): Map<string, string> {
  const { train, dev, test } = split(shuffled([...handWritten(), ...generated()]));
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

/** A sentence as it counts for "the same": lower case, letters and digits only. */
export const normalized = (sentence: string) =>
  sentence
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join(" ") ?? "";

function handWritten(): Review[] {
  const read = (side: Side, label: 0 | 1) =>
    readFileSync(path.join(__dirname, "phrases", `hand-written-${side}.txt`), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((sentence) => ({ sentence, label }));
  return distinct([...read("positive", 1), ...read("negative", 0)], new Set());
}

function generated(): Review[] {
  const written = handWritten();
  const seen = new Set(written.map(({ sentence }) => normalized(sentence)));
  const total = SIZES.train + SIZES.dev + SIZES.test;
  const missing = { positive: Math.round(total * POSITIVE), negative: 0 };
  missing.negative = total - missing.positive;
  for (const { label } of written) missing[label === 1 ? "positive" : "negative"]--;
  return (["positive", "negative"] as const).flatMap((side) => {
    const random = mulberry32(SEED + (side === "positive" ? 1 : 0));
    const reviews: Review[] = [];
    while (reviews.length < missing[side]) {
      const sentence = compose(side, random);
      const words = sentence.split(" ").length;
      if (words > MAX_WORDS || words < 2) continue;
      reviews.push(...distinct([{ sentence, label: side === "positive" ? 1 : 0 }], seen));
    }
    return reviews;
  });
}

function distinct(reviews: readonly Review[], seen: Set<string>): Review[] {
  return reviews.filter(({ sentence }) => {
    const key = normalized(sentence);
    return !seen.has(key) && seen.add(key);
  });
}

/** One review of this opinion: a sentence, at times two, without a phrase twice. */
function compose(side: Side, random: Random): string {
  const fill = filler(pickWeighted(DOMAINS, random), side, random);
  const sentence = () => fill(pick(random() < 0.3 ? PATTERNS[side] : PATTERNS.both, random));
  const first = sentence();
  if (random() > TWO_SENTENCES) return polish(first, random);
  return polish(`${first.replace(/\w$/, "$&.")} ${sentence()}`, random);
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

function split(reviews: Review[]): Record<keyof typeof SIZES, Review[]> {
  const dev = SIZES.train + SIZES.dev;
  return {
    train: reviews.slice(0, SIZES.train),
    dev: reviews.slice(SIZES.train, dev),
    test: reviews.slice(dev, dev + SIZES.test),
  };
}

const shuffled = (reviews: Review[]) => Array.from(permutation(reviews.length, SEED), (i) => reviews[i]!);

const tsv = (header: string[], rows: (string | number)[][]) =>
  [header, ...rows].map((row) => `${row.join("\t")}\n`).join("");

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)]!;

function pickWeighted(domains: readonly Domain[], random: Random): Domain {
  let left = random() * domains.reduce((sum, { weight }) => sum + weight, 0);
  return domains.find(({ weight }) => (left -= weight) < 0) ?? domains[0]!;
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
