/** A word of the corpus in pieces, which grow as pairs are merged. */
export interface SpeltWord {
  pieces: string[];
  /** Times that it stands in the corpus. */
  count: number;
}

interface Pair {
  left: string;
  right: string;
  count: number;
  /** Words that hold it, or once did. */
  words: Set<number>;
}

const keyOf = (left: string, right: string) => `${left}\0${right}`;

/**
 * The pieces that come of merging the most frequent pair of neighbours again and again; of equally frequent ones that
 * whose text comes first. Stops when no pair stands `minFrequency` times.
 *
 * @param words  changed on the way
 * @see Sennrich et al. 2016, byte pair encoding
 */
export function* learnMerges(words: readonly SpeltWord[], minFrequency: number): Generator<string> {
  const pairs = new Map<string, Pair>();
  const queue = new PairQueue();
  const change = (left: string, right: string, by: number, word: number): Pair => {
    const key = keyOf(left, right);
    let pair = pairs.get(key);
    if (!pair) pairs.set(key, (pair = { left, right, count: 0, words: new Set() }));
    pair.count += by;
    if (by > 0) pair.words.add(word);
    return pair;
  };
  for (const [index, { pieces, count }] of words.entries()) {
    for (let i = 0; i + 1 < pieces.length; i++) change(pieces[i]!, pieces[i + 1]!, count, index);
  }
  for (const pair of pairs.values()) queue.push(pair, pair.count);

  for (let next = queue.pop(); next; next = queue.pop()) {
    const { pair, priority } = next;
    // Counts change while pairs wait: one that has become rarer goes back to its place.
    if (priority !== pair.count) {
      if (pair.count > 0) queue.push(pair, pair.count);
      continue;
    }
    if (pair.count < Math.max(minFrequency, 1)) return;
    const merged = pair.left + pair.right.replace(/^##/, "");
    const touched = new Set<Pair>();
    for (const index of pair.words) {
      const word = words[index]!;
      for (let i = 0; i + 1 < word.pieces.length; i++)
        touched.add(change(word.pieces[i]!, word.pieces[i + 1]!, -word.count, index));
      word.pieces = mergeIn(word.pieces, pair.left, pair.right, merged);
      for (let i = 0; i + 1 < word.pieces.length; i++)
        touched.add(change(word.pieces[i]!, word.pieces[i + 1]!, word.count, index));
    }
    for (const each of touched) if (each !== pair && each.count > 0) queue.push(each, each.count);
    pairs.delete(keyOf(pair.left, pair.right));
    yield merged;
  }
}

function mergeIn(pieces: readonly string[], left: string, right: string, merged: string): string[] {
  const result: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    if (pieces[i] === left && pieces[i + 1] === right) {
      result.push(merged);
      i++;
    } else result.push(pieces[i]!);
  }
  return result;
}

interface Entry {
  pair: Pair;
  priority: number;
}

/** A binary heap, the most frequent pair on top. */
class PairQueue {
  private readonly heap: Entry[] = [];

  push(pair: Pair, priority: number): void {
    const { heap } = this;
    let at = heap.push({ pair, priority }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesFirst(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  pop(): Entry | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return top;
    heap[0] = last;
    for (let at = 0; ;) {
      const children = [2 * at + 1, 2 * at + 2].filter((child) => child < heap.length);
      const first = children.reduce(
        (best, child) => (comesFirst(heap[child]!, heap[best]!) ? child : best),
        at,
      );
      if (first === at) return top;
      [heap[at], heap[first]] = [heap[first]!, heap[at]!];
      at = first;
    }
  }
}

function comesFirst(a: Entry, b: Entry): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return keyOf(a.pair.left, a.pair.right) < keyOf(b.pair.left, b.pair.right);
}
