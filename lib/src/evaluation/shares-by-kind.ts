/** The share of right answers for a kind of sentence, of each who answered. */
export interface SharesByKind {
  kind: string;
  sentences: number;
  [answerer: string]: string | number;
}

/**
 * Counts right answers kind by kind, and over all (as the kind "all").
 *
 * @param kinds  of each row
 * @param right  by who answered: whether each row came out right
 * @example
 * sharesByKind(["irony", "plain"], { model: [false, true] }); // irony 0 %, plain 100 %, all 50 %
 */
export function sharesByKind(
  kinds: readonly string[],
  right: Readonly<Record<string, readonly boolean[]>>,
): SharesByKind[] {
  return [...new Set(kinds), "all"].map((kind) => {
    const rows = [...kinds.keys()].filter((row) => kind === "all" || kinds[row] === kind);
    const shares = Object.entries(right).map(([name, answers]) => [
      name,
      rows.filter((row) => answers[row]).length / rows.length,
    ]);
    return { kind, sentences: rows.length, ...Object.fromEntries(shares) } as SharesByKind;
  });
}
