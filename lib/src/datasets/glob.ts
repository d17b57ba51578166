/**
 * A pattern of paths as a regular expression: `*` within a name, `**` over folders, `?` one character, `[0-9]` one of
 * several, `{a,b}` either.
 *
 * @see fsspec, whose patterns `datasets` uses
 */
export function globToRegExp(glob: string): RegExp {
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
        .replace(/\\/g, "\\\\")
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
    else source += char.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  }
  return new RegExp(`^${source}$`);
}

export const isGlob = (path: string): boolean => /[*?[{]/.test(path);
