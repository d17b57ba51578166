import { RE2JS } from "re2js";
import { DatasetError } from "../errors";

/**
 * A pattern of paths: `*` within a name, `**` over folders, `?` one character, `[0-9]` one of several, `{a,b}` either.
 * It is matched in time linear in the path, whatever the pattern: cards of strangers hold such.
 *
 * @throws DatasetError for what is no pattern
 * @see fsspec, whose patterns `datasets` uses
 */
export function globMatcher(glob: string): (path: string) => boolean {
  try {
    const compiled = RE2JS.compile(`(?s:${expressionOf(glob)})`);
    return (path) => compiled.matches(path);
  } catch (error) {
    throw new DatasetError(`${JSON.stringify(glob)} is no pattern of paths: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function expressionOf(glob: string): string {
  let source = "";
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    if (char === "*") {
      if (glob[i + 1] !== "*") source += "[^/]*";
      else {
        i++;
        // `**/` also stands for no folder at all.
        if (glob[i + 1] === "/") i++;
        source += glob[i] === "/" ? "(?:.*/)?" : ".*";
      }
    } else if (char === "?") source += "[^/]";
    else if (char === "[" && glob.indexOf("]", i + 2) > 0) {
      const end = glob.indexOf("]", i + 2);
      const set = glob
        .slice(i + 1, end)
        .replace(/[\\[]/g, "\\$&")
        .replace(/^!/, "^");
      source += `[${set}]`;
      i = end;
    } else if (char === "{" && glob.includes("}", i)) {
      depth++;
      source += "(?:";
    } else if (char === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (char === "," && depth > 0) source += "|";
    else source += RE2JS.quote(char);
  }
  return source;
}

export const isGlob = (path: string): boolean => /[*?[{]/.test(path);
