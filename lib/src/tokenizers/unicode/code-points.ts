/** A set of code points, read from ranges such as `"9-d 20 85"` (hexadecimal, both ends included, ascending). */
export class CodePointSet {
  private readonly first: number[] = [];
  private readonly last: number[] = [];

  constructor(ranges: string, separator: string = " ") {
    for (const range of ranges.split(separator)) {
      const [first, last = first] = range.split("-");
      this.first.push(parseInt(first ?? "", 16));
      this.last.push(parseInt(last ?? "", 16));
    }
  }

  has(codePoint: number): boolean {
    let low = 0;
    let high = this.first.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (codePoint < (this.first[middle] ?? Infinity)) high = middle - 1;
      else if (codePoint > (this.last[middle] ?? -1)) low = middle + 1;
      else return true;
    }
    return false;
  }

  /** The first and last code point of each range, ascending. */
  *ranges(): IterableIterator<[first: number, last: number]> {
    for (const [i, first] of this.first.entries()) yield [first, this.last[i]!];
  }
}
