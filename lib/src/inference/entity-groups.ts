/** How tokens become names. */
export const AGGREGATIONS = ["simple", "first", "average", "max"] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** A token with the probability of each label. */
export interface LabelledToken {
  scores: Float32Array;
  /** How many tokens it has on both sides at least. */
  surroundings: number;
  index: number;
  /** How it is spelled. */
  word: string;
  /** The number of the word in the text that it is a piece of. */
  wordId: number;
  start: number;
  end: number;
}

/** A name in a text. */
export interface EntityGroup {
  /** The kind, `PER`. */
  entity_group: string;
  /** The mean of its tokens', or words'. */
  score: number;
  /** As it stands in the text. */
  word: string;
  /** `text.slice(start, end)` is the name. */
  start: number;
  end: number;
}

/** A token, or a word, with its label. */
interface Labelled {
  label: string;
  score: number;
  start: number;
  end: number;
}

/**
 * Puts neighbours of one kind together: a name goes on until another kind begins, or a label that begins with B.
 *
 * @see transformers.TokenClassificationPipeline.group_entities, aggregate_words
 */
export function aggregate(
  tokens: readonly LabelledToken[],
  text: string,
  id2label: Readonly<Record<number, string>>,
  strategy: Aggregation,
): EntityGroup[] {
  const units =
    strategy === "simple"
      ? tokens.map((token) => labelled([token], token.scores, id2label))
      : wordsOf(tokens).map((word) => labelled(word, scoresOfWord(word, strategy), id2label));
  const groups: Labelled[][] = [];
  for (const unit of units) {
    const last = groups.at(-1)?.at(-1);
    const [isBeginning, kind] = kindOf(unit.label);
    if (last && !isBeginning && kindOf(last.label)[1] === kind) groups.at(-1)!.push(unit);
    else groups.push([unit]);
  }
  return groups.map((group) => {
    const [start, end] = [group[0]!.start, group.at(-1)!.end];
    return {
      entity_group: kindOf(group[0]!.label)[1],
      score: group.reduce((sum, { score }) => sum + score, 0) / group.length,
      word: text.slice(start, end),
      start,
      end,
    };
  });
}

function kindOf(label: string): [isBeginning: boolean, kind: string] {
  return /^[BI]-/.test(label) ? [label.startsWith("B-"), label.slice(2)] : [false, label];
}

function labelled(
  tokens: readonly LabelledToken[],
  scores: Float32Array,
  id2label: Readonly<Record<number, string>>,
): Labelled {
  const best = indexOfMost(scores);
  return { label: id2label[best]!, score: scores[best]!, start: tokens[0]!.start, end: tokens.at(-1)!.end };
}

/** The tokens of each word. */
function wordsOf(tokens: readonly LabelledToken[]): LabelledToken[][] {
  const words: LabelledToken[][] = [];
  for (const token of tokens) {
    if (words.at(-1)?.[0]!.wordId === token.wordId) words.at(-1)!.push(token);
    else words.push([token]);
  }
  return words;
}

function scoresOfWord(
  pieces: readonly LabelledToken[],
  strategy: Exclude<Aggregation, "simple">,
): Float32Array {
  const [first] = pieces as [LabelledToken];
  if (strategy === "first") return first.scores;
  if (strategy === "average") {
    return first.scores.map(
      (_, label) => pieces.reduce((sum, { scores }) => sum + scores[label]!, 0) / pieces.length,
    );
  }
  const surest = (piece: LabelledToken) => piece.scores[indexOfMost(piece.scores)]!;
  return pieces.reduce((most, piece) => (surest(piece) > surest(most) ? piece : most)).scores;
}

export function indexOfMost(scores: Float32Array): number {
  let best = 0;
  for (const [label, score] of scores.entries()) if (score > scores[best]!) best = label;
  return best;
}
