/** A pair of lists: what a person says who liked it, and who did not. */
export interface Opinions {
  positive: readonly string[];
  negative: readonly string[];
}

/** One part of what is reviewed, and what it is said to be or do. */
export interface Aspect extends Opinions {
  /** A noun phrase that the predicates follow: "the acting". */
  name: string;
}

/** The words of one kind of review. */
export interface Domain {
  /** How much of the data is of this kind, against the others. */
  weight: number;
  /** Noun phrases, singular: "this film". */
  thing: readonly string[];
  /** Bare nouns: "thriller". */
  kind: readonly string[];
  adj: Opinions;
  /** What follows "a film that": "earns its tears". */
  that: Opinions;
  /** Noun phrases that pass judgement: "a complete waste of time". */
  verdict: Opinions;
  /** Whole clauses about the person: "I loved every minute of it". */
  reaction: Opinions;
  /** Neutral circumstances that end a sentence: "on a rainy Sunday". */
  context: readonly string[];
  aspects: readonly Aspect[];
}

/** Cuts a list that is written as lines or separated by bars. */
export function list(text: string): string[] {
  return text
    .split(/[|\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** An aspect in one line each: its name, praise, blame. */
export function aspect(name: string, positive: string, negative: string): Aspect {
  return { name, positive: list(positive), negative: list(negative) };
}
