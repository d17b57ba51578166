import { Draw } from "./random";
import type { Split } from "./vocabulary";

/** What a word is: nothing, or the beginning or the rest of a person's name, a title, a place. */
export const TAGS = ["O", "B-PER", "I-PER", "B-WORK", "I-WORK", "B-LOC", "I-LOC"] as const;

/** Words between spaces; `{per}`, `{work}` and `{loc}` are filled in. */
const PATTERNS: Readonly<Record<Split, readonly string[]>> = {
  train: [
    "{per} was born in {loc} .",
    "I saw {work} last night and loved every minute .",
    "{work} , directed by {per} , opens on Friday .",
    "We met {per} at the airport in {loc} .",
    "The best thing about {work} is {per} .",
    "{per} and {per} star in {work} .",
    "Nobody plays a villain like {per} .",
    "Most of {work} was filmed in {loc} .",
    "{per} moved from {loc} to {loc} as a child .",
    "Have you read {work} by {per} ?",
    "The hotel in {loc} was lovely .",
    "It rains a lot in {loc} .",
    "My sister lent me {work} , and I could not put it down .",
    "{per} gave a talk about {work} in {loc} .",
    "According to {per} , {work} is a masterpiece .",
    "Critics in {loc} hated {work} .",
    "After {work} , {per} wrote nothing for ten years .",
    "The new restaurant in {loc} belongs to {per} .",
    "Tickets for {work} are sold out in {loc} .",
    "I would watch {per} in anything , even {work} .",
    "Our flight to {loc} was cancelled , so we stayed in {loc} .",
    "The music of {work} was composed by {per} .",
    "{per} called from {loc} this morning .",
    "Everyone in {loc} has heard of {per} .",
    "She compared {work} with {work} , which is unfair .",
    "We watched {work} twice .",
    "The first scene of {work} is unforgettable .",
    "{work} won a prize in {loc} .",
    "I fell asleep during {work} .",
    "The hero of {work} is played by {per} .",
    "{per} wrote {work} in {loc} .",
    "Nobody talks about {work} today .",
    "The film {work} is based on a book by {per} .",
    "Her favourite novel is {work} .",
    "In {work} , a boy travels to {loc} .",
    "They are showing {work} at the cinema in {loc} .",
    "{per} was rude to the staff .",
    "The house of {per} in {loc} is a museum now .",
    "A train to {loc} leaves every hour .",
    "The soup was cold and the waiter was rude .",
    "What a dull film , and what a long evening .",
    "The battery lasts two days , which is rare .",
    "The rooms are clean and the staff is friendly .",
    "I liked the first half better than the second .",
  ],
  validation: [
    "{per} grew up near {loc} and lives in {loc} now .",
    "Last week we watched {work} , a film by {per} .",
    "The lead in {work} is played by {per} .",
    "A museum in {loc} bought the letters of {per} .",
    "Few people remember that {per} wrote {work} .",
    "The train from {loc} arrived an hour late .",
    "Both {per} and {per} refused to comment .",
    "They will show {work} again at the festival in {loc} .",
    "The dessert was the only thing worth the money .",
    "I have never been so bored in a cinema .",
  ],
};

export interface NamesRow {
  tokens: string[];
  /** Of each word. */
  tags: string[];
}

const FILL = {
  "{per}": { tag: "PER", draw: (draw: Draw) => draw.person() },
  "{work}": { tag: "WORK", draw: (draw: Draw) => draw.title() },
  "{loc}": { tag: "LOC", draw: (draw: Draw) => draw.place() },
} as const;

function sentence(draw: Draw): NamesRow {
  const row: NamesRow = { tokens: [], tags: [] };
  for (const word of draw.pick(PATTERNS[draw.split]).split(" ")) {
    const slot = Object.hasOwn(FILL, word) ? FILL[word as keyof typeof FILL] : undefined;
    const words = slot ? slot.draw(draw).split(" ") : [word];
    row.tokens.push(...words);
    row.tags.push(...words.map((_, i) => (slot ? `${i === 0 ? "B" : "I"}-${slot.tag}` : "O")));
  }
  return row;
}

/** Sentences whose words say what names they are part of. */
export function namesRows(count: number, split: Split, seed: number): NamesRow[] {
  const draw = new Draw(seed, split);
  const seen = new Set<string>();
  const rows: NamesRow[] = [];
  while (rows.length < count) {
    const row = sentence(draw);
    const text = row.tokens.join(" ");
    // Sentences without a name stand once in a while.
    if (seen.has(text) && (row.tags.some((tag) => tag !== "O") || draw.below(4) > 0)) continue;
    seen.add(text);
    rows.push(row);
  }
  return rows;
}
