/** Ranks from 1, ties sharing the mean of theirs; all NaN if one value is. @see scipy.stats.rankdata */
export function ranks(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values);
  if (sorted.some(Number.isNaN)) return sorted.fill(NaN);
  const order = Uint32Array.from(sorted, (_, row) => row).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    const shared = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) result[order[i]!] = shared;
    start = end;
  }
  return result;
}
