import type { Span } from "./piece";

/** How many bytes of UTF-8 a text has. */
export function byteLength(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair stands for two of its four bytes.
    const isHalf = unit >= 0xd800 && unit <= 0xdfff;
    length += unit < 0x80 ? 1 : unit < 0x800 || isHalf ? 2 : 3;
  }
  return length;
}

/** From stretches of a text's UTF-8 to those of the text; a character that is cut counts as a whole. */
export function spanFromBytes(text: string): (bytes: Span) => Span {
  if (byteLength(text) === text.length) return (bytes) => bytes;
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    for (let i = byteLength(character); i > 0; i--) {
      starts.push(at);
      ends.push(end);
    }
    at = end;
  }
  return ([start, end]) => [starts[start] ?? at, ends[end - 1] ?? at];
}
