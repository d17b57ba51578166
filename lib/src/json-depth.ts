/** Files that people write are nested a few levels deep; whoever walks through many times that runs out of stack. */
export const MOST_JSON_LEVELS = 100;

/** Whether arrays and objects lie more than so many levels within each other. Does not recurse itself. */
export function isNestedDeeper(value: unknown, levels: number = MOST_JSON_LEVELS): boolean {
  let row: unknown[] = [value];
  for (let level = 0; level <= levels; level++) {
    const next: unknown[] = [];
    for (const each of row) {
      if (typeof each !== "object" || each === null) continue;
      for (const part of Object.values(each)) if (typeof part === "object" && part !== null) next.push(part);
    }
    if (next.length === 0) return false;
    row = next;
  }
  return true;
}
