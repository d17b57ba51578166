const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Code units that are segmented at once: for a text of 100,000 the Segmenter takes half a minute, since each step copies it. */
const STRETCH = 8192;

/**
 * The graphemes of a text, in time linear in its length.
 *
 * @see https://unicode.org/reports/tr29/, whose rules look at what follows a grapheme no further than its next character, and at nothing
 *   before it: so a stretch may begin where one begins, and says the truth of all but its last one
 */
export function* graphemesOf(text: string): Generator<string> {
  let start = 0;
  let length = STRETCH;
  while (start < text.length) {
    let end = start + length;
    // Half a character would be taken for one that joins nothing.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end++;
    const graphemes = Array.from(segmenter.segment(text.slice(start, end)), ({ segment }) => segment);
    const last = end < text.length ? graphemes.pop()! : "";
    if (graphemes.length === 0) {
      // One that is longer than the stretch.
      length *= 2;
      continue;
    }
    for (const grapheme of graphemes) yield grapheme;
    start = Math.min(end, text.length) - last.length;
    length = STRETCH;
  }
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
