import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";

export interface BagOfWordsOptions {
  /** Words that stand together count as one more word, up to so many. Default 2: single words and pairs. */
  ngrams?: number;
  /** How much a sentence counts against small weights, scikit-learn's C. Default 1. */
  c?: number;
}

/** Rounds of the optimisation; by then the accuracy has long stopped changing. */
const ITERATIONS = 400;

/**
 * The baseline that every classifier of texts has to beat: logistic regression on which words and pairs of words a text
 * holds, whatever their order. As scikit-learn's CountVectorizer(binary=True, ngram_range=(1, 2)) with a
 * LogisticRegression; trained in a second, without random numbers.
 *
 * @example
 * const { train, validation } = rawDatasets;
 * const baseline = BagOfWords.fit(train.column("sentence"), train.column("label"));
 * const predictions = baseline.predict(validation.column("sentence"));
 */
export class BagOfWords {
  private constructor(
    private readonly vocabulary: ReadonlyMap<string, number>,
    /** [classes, words + 1], the last column for the bias. */
    private readonly weights: readonly Float64Array[],
    private readonly ngrams: number,
  ) {}

  /**
   * @param labels  class numbers from 0, one a text
   * @throws ConfigError if there are no texts, or a label is none
   */
  static fit(
    texts: readonly string[],
    labels: ArrayLike<number>,
    options: BagOfWordsOptions = {},
  ): BagOfWords {
    refuseUnknownOptions("BagOfWords", options, ["ngrams", "c"]);
    const { ngrams = 2, c = 1 } = options;
    if (texts.length === 0 || labels.length !== texts.length) {
      throw new ConfigError(
        `BagOfWords: ${texts.length} texts and ${labels.length} labels; give one label a text.`,
      );
    }
    const wrong = Array.from(labels).findIndex((label) => !(Number.isInteger(label) && label >= 0));
    if (wrong >= 0)
      throw new ConfigError(`BagOfWords: text ${wrong} has the label ${labels[wrong]}, which is no class.`);
    const vocabulary = new Map<string, number>();
    const rows = texts.map((text) =>
      wordsOf(text, ngrams).map((word) => {
        if (!vocabulary.has(word)) vocabulary.set(word, vocabulary.size);
        return vocabulary.get(word)!;
      }),
    );
    const classes = Math.max(...Array.from(labels)) + 1;
    return new BagOfWords(vocabulary, minimise(rows, labels, classes, vocabulary.size, c), ngrams);
  }

  /** The likeliest class of each text. */
  predict(texts: readonly string[]): number[] {
    return texts.map((text) => {
      const row = wordsOf(text, this.ngrams).flatMap((word) => this.vocabulary.get(word) ?? []);
      const scores = this.weights.map((weights) => score(weights, row));
      return scores.indexOf(Math.max(...scores));
    });
  }
}

/** The words of a text, and those that stand together, each once. */
function wordsOf(text: string, ngrams: number): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const found = new Set<string>();
  for (let length = 1; length <= ngrams; length++) {
    for (let start = 0; start + length <= words.length; start++)
      found.add(words.slice(start, start + length).join(" "));
  }
  return [...found];
}

function score(weights: Float64Array, row: readonly number[]): number {
  let sum = weights[weights.length - 1]!;
  for (const word of row) sum += weights[word]!;
  return sum;
}

/** Accelerated gradient descent on c * (sum of the cross-entropies) + (sum of the squared weights) / 2. */
function minimise(
  rows: readonly (readonly number[])[],
  labels: ArrayLike<number>,
  classes: number,
  words: number,
  c: number,
): Float64Array[] {
  const zeros = () => Array.from({ length: classes }, () => new Float64Array(words + 1));
  const [weights, ahead, before] = [zeros(), zeros(), zeros()];
  const rate = 1 / (1 + c * curvature(rows, words));
  for (let round = 1; round <= ITERATIONS; round++) {
    const gradient = ahead.map((each) => each.map((weight, word) => (word === words ? 0 : weight)));
    for (const [index, row] of rows.entries()) {
      const scores = ahead.map((each) => score(each, row));
      const largest = Math.max(...scores);
      const exps = scores.map((value) => Math.exp(value - largest));
      const total = exps.reduce((sum, value) => sum + value, 0);
      for (let label = 0; label < classes; label++) {
        const error = c * (exps[label]! / total - (labels[index] === label ? 1 : 0));
        const slope = gradient[label]!;
        slope[words]! += error;
        for (const word of row) slope[word]! += error;
      }
    }
    const momentum = (round - 1) / (round + 2);
    for (let label = 0; label < classes; label++) {
      const [w, a, b, slope] = [weights[label]!, ahead[label]!, before[label]!, gradient[label]!];
      for (let word = 0; word <= words; word++) {
        b[word] = w[word]!;
        w[word] = a[word]! - rate * slope[word]!;
        a[word] = w[word]! + momentum * (w[word]! - b[word]!);
      }
    }
  }
  return weights;
}

/** A bound on how steep the cross-entropies can get: half the largest eigenvalue of X^T X, by power iteration. */
function curvature(rows: readonly (readonly number[])[], words: number): number {
  let vector = new Float64Array(words + 1).fill(1);
  let largest = 1;
  for (let round = 0; round < 20; round++) {
    const next = new Float64Array(words + 1);
    for (const row of rows) {
      const value = score(vector, row);
      next[words]! += value;
      for (const word of row) next[word]! += value;
    }
    largest = Math.hypot(...normsOf(next));
    vector = next.map((value) => value / largest);
  }
  // A little more than the estimate, which comes from below.
  return (1.1 * largest) / 2;
}

/** Partial norms, since Math.hypot takes only so many arguments. */
function normsOf(values: Float64Array): number[] {
  const norms: number[] = [];
  for (let start = 0; start < values.length; start += 10_000)
    norms.push(Math.hypot(...values.subarray(start, start + 10_000)));
  return norms;
}
