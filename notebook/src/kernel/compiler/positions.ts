/**
 * Jupyter counts positions in a cell in characters (Unicode code points), JavaScript and TypeScript in UTF-16 units:
 * an emoji is one there and two here.
 */

/** The UTF-16 offset of a position in code points. */
export function toOffset(text: string, position: number): number {
  let offset = 0;
  for (let at = 0; at < position && offset < text.length; at++) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The position in code points of a UTF-16 offset. */
export function toPosition(text: string, offset: number): number {
  return [...text.slice(0, offset)].length;
}
