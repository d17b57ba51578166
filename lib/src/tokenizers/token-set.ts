/**
 * Finds the longest of many texts that stands at a place of another. Time is in proportion to the length of what is found, not
 * to the number of texts; memory is that of the texts.
 */
export class TokenSet {
  private readonly sorted: readonly string[];
  /** Whether a text begins with this code unit. */
  private readonly begins = new Uint8Array(0x10000);

  /** @param texts none of them empty */
  constructor(texts: Iterable<string>) {
    this.sorted = [...new Set(texts)].sort();
    for (const text of this.sorted) this.begins[text.charCodeAt(0)] = 1;
  }

  /** Where the next one begins and ends, from a place on: the leftmost, of those the longest. */
  find(text: string, from: number): [start: number, end: number] | undefined {
    for (let start = from; start < text.length; start++) {
      if (this.begins[text.charCodeAt(start)] === 0) continue;
      const length = this.longestAt(text, start);
      if (length > 0) return [start, start + length];
    }
    return undefined;
  }

  /** Code units of the longest that begins here; 0: there is none. */
  private longestAt(text: string, start: number): number {
    const { sorted } = this;
    let longest = 0;
    // Those that agree with the text so far are side by side; the shortest of them comes first.
    for (let [low, high, depth] = [0, sorted.length, 0]; low < high; depth++) {
      if (sorted[low]!.length === depth) {
        longest = depth;
        if (++low === high) break;
      }
      if (start + depth >= text.length) break;
      const unit = text.charCodeAt(start + depth);
      const isWhole = sorted[low]!.charCodeAt(depth) === unit && sorted[high - 1]!.charCodeAt(depth) === unit;
      if (isWhole) continue;
      low = this.firstFrom(low, high, depth, unit);
      high = this.firstFrom(low, high, depth, unit + 1);
    }
    return longest;
  }

  /** The first of a stretch whose code unit at a depth is at least this one. */
  private firstFrom(low: number, high: number, depth: number, unit: number): number {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]!.charCodeAt(depth) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
