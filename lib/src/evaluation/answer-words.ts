/** Python's string.punctuation. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** As a word of its own, of letters of any script. */
const ARTICLE = /(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu;

/** The words by which two answers are compared: without case, punctuation and articles. @see SQuAD, normalize_answer */
export function answerWords(answer: string): string[] {
  const text = answer.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLE, " ");
  return text.split(/\s+/).filter((word) => word !== "");
}

/** F1 of the words that two answers share; 0 where they share none. */
export function wordsF1(predicted: readonly string[], wanted: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    same++;
  }
  if (same === 0) return 0;
  const [precision, recall] = [same / predicted.length, same / wanted.length];
  return (2 * precision * recall) / (precision + recall);
}
