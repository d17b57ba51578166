import { BLAME, MOST_ON_THE_WRONG_SIDE, PRAISE } from "./phrases/watched-words";

/** A word of opinion with the sentences that it stands in, by their label. */
interface Count {
  /** The label of its own side: 1 for praise. */
  own: 0 | 1;
  right: number;
  wrong: number;
}

/** Room for the sentences that come afterwards, and for words that have hardly been met yet. */
const ALLOWANCE = { share: 0.75 * MOST_ON_THE_WRONG_SIDE, sentences: 1 };

/** Keeps everyday words of praise and blame mostly on their own side. */
export class Balance {
  private readonly counts = new Map<string, Count>();

  constructor(reviews: Iterable<{ sentence: string; label: number }>) {
    for (const word of PRAISE) this.counts.set(word, { own: 1, right: 0, wrong: 0 });
    for (const word of BLAME) this.counts.set(word, { own: 0, right: 0, wrong: 0 });
    for (const review of reviews) this.count(review);
  }

  count({ sentence, label }: { sentence: string; label: number }): void {
    for (const count of this.watched(sentence)) {
      if (count.own === label) count.right++;
      else count.wrong++;
    }
  }

  /** Whether a sentence may come in without leaving one of its words too often on the wrong side. */
  allows({ sentence, label }: { sentence: string; label: number }): boolean {
    return this.watched(sentence).every(({ own, right, wrong }) => {
      const total = right + wrong + 1;
      return own === label || wrong + 1 <= ALLOWANCE.share * total + ALLOWANCE.sentences;
    });
  }

  /** Each word with the share of its sentences that are of the other opinion. */
  *shares(): Generator<{ word: string; sentences: number; wrong: number }> {
    for (const [word, { right, wrong }] of this.counts) {
      yield { word, sentences: right + wrong, wrong: right + wrong === 0 ? 0 : wrong / (right + wrong) };
    }
  }

  private watched(sentence: string): Count[] {
    const words = new Set(sentence.toLowerCase().match(/[a-z]+/g));
    return [...words].flatMap((word) => this.counts.get(word) ?? []);
  }
}
