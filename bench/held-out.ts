/**
 * Keeps whole sentences apart, to choose arguments by. SST-2's training rows are mostly phrases of its sentences, so rows
 * kept apart at random would have been read in training as parts of others: here every row that is a part of a sentence
 * kept apart leaves the training rows too.
 *
 * @param rows   the texts
 * @param count  how many sentences to keep apart, spread evenly over those that are part of no other row
 * @returns row numbers
 */
export function holdOutSentences(
  rows: readonly string[],
  count: number,
): { training: number[]; heldOut: number[] } {
  const whole = wholeSentences(rows);
  const step = whole.length / count;
  const heldOut = Array.from({ length: count }, (_, i) => whole[Math.floor(i * step)]!);
  const inOrder = new PhraseIndex();
  for (const row of heldOut) inOrder.add(rows[row]!);
  const training = [...rows.keys()].filter((row) => !inOrder.contains(rows[row]!));
  return { training, heldOut };
}

/** The first row of every text that is no part of another, in their order. */
function wholeSentences(rows: readonly string[]): number[] {
  const longestFirst = [...rows.keys()].sort((a, b) => rows[b]!.length - rows[a]!.length || a - b);
  const sentences = new PhraseIndex();
  return longestFirst
    .filter((row) => {
      if (sentences.contains(rows[row]!)) return false;
      sentences.add(rows[row]!);
      return true;
    })
    .sort((a, b) => a - b);
}

/** Sentences, to be asked whether one of them contains some words in a row. */
class PhraseIndex {
  private readonly sentences: string[] = [];
  private readonly byWord = new Map<string, Set<number>>();

  add(sentence: string): void {
    for (const word of words(sentence)) {
      this.byWord.set(word, (this.byWord.get(word) ?? new Set()).add(this.sentences.length));
    }
    this.sentences.push(enclosed(sentence));
  }

  contains(phrase: string): boolean {
    const holders = words(phrase).map((word) => this.byWord.get(word) ?? new Set<number>());
    const rarest = holders.reduce((a, b) => (b.size < a.size ? b : a), holders[0] ?? new Set<number>());
    return [...rarest].some((sentence) => this.sentences[sentence]!.includes(enclosed(phrase)));
  }
}

const words = (text: string) => text.trim().split(/\s+/);

const enclosed = (text: string) => ` ${words(text).join(" ")} `;
