/** How far a figure after "≈" may be from what is printed. */
function isNear(stated: string, found: string, isPercent: boolean): boolean {
  const difference = Math.abs(Number(stated) - Number(found));
  if (isPercent) return difference <= 7;
  return difference <= (stated.includes(".") ? 0.2 : 1.5);
}

const FIGURE = /≈ (-?[\d.]+)( %)?|…/g;
/** The same after its dots were escaped. */
const ESCAPED_FIGURE = /≈ (-?[\d\\.]+)( %)?|…/g;
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Compares text with what a document says that is printed: word for word, but for figures after "≈", which may differ a little, and
 * "…", which stands for anything.
 *
 * @returns what does not agree, or undefined
 */
export function matchesPrinted(stated: string, found: string): string | undefined {
  const statedLines = stated.split("\n");
  const foundLines = found.split("\n");
  if (statedLines.length !== foundLines.length) {
    return `${statedLines.length} lines are stated, ${foundLines.length} printed:\n${found}`;
  }
  for (const [at, line] of statedLines.entries()) {
    const figures = [...line.matchAll(FIGURE)].filter(([, number]) => number !== undefined);
    const pattern = escaped(line).replace(ESCAPED_FIGURE, (_, number?: string, unit = "") =>
      number === undefined ? ".+" : `(-?[\\d.]+)${unit}`,
    );
    const match = new RegExp(`^${pattern}$`).exec(foundLines[at]!);
    if (!match) return `stated:  ${line}\nprinted: ${foundLines[at]}`;
    const far = figures.findIndex((figure, i) => !isNear(figure[1]!, match[i + 1]!, figure[2] !== undefined));
    if (far !== -1) return `stated:  ${line}\nprinted: ${foundLines[at]}`;
  }
  return undefined;
}
