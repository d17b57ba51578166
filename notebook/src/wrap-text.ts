/**
 * Breaks text at blanks into lines of at most `width` characters; a word that is longer than a line is cut, and a line that fits stays
 * as it is.
 *
 * @returns the lines, at least one
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    if (lengthOf(paragraph) <= width) {
      lines.push(paragraph);
      continue;
    }
    let line = "";
    for (const word of paragraph.split(" ")) {
      const joined = line === "" ? word : `${line} ${word}`;
      if (lengthOf(joined) <= width) {
        line = joined;
        continue;
      }
      if (line !== "") lines.push(line);
      const pieces = cut(word, width);
      line = pieces.pop()!;
      lines.push(...pieces);
    }
    lines.push(line);
  }
  return lines;
}

/** Length in characters, not in UTF-16 units. */
export const lengthOf = (text: string): number => [...text].length;

function cut(word: string, width: number): string[] {
  const characters = [...word];
  const pieces: string[] = [];
  do pieces.push(characters.splice(0, Math.max(width, 1)).join(""));
  while (characters.length > 0);
  return pieces;
}
