/** What a dataset card (README.md) says in its head, as far as it is read here: nested mappings, lists and texts. */
export type YamlValue = string | YamlValue[] | { [key: string]: YamlValue };

interface Line {
  indent: number;
  text: string;
}

/**
 * The head of a dataset card, between two lines of `---`. Of YAML, this is what the Hub's cards are written in: mappings
 * and lists by indentation, `[a, b]` within a line, quoted and plain texts. Blocks of text are kept as they are found.
 *
 * @returns undefined if the card has no head
 */
export function readFrontMatter(markdown: string): Record<string, YamlValue> | undefined {
  const head = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/.exec(markdown)?.[1];
  if (head === undefined) return undefined;
  const lines = head
    .split(/\r?\n/)
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line): Line => ({ indent: line.length - line.trimStart().length, text: line.trim() }));
  const parsed = new Parser(lines).block(0);
  return typeof parsed === "object" && !Array.isArray(parsed) ? parsed : {};
}

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'[{][^:]*?)\s*:(?:\s+(.*))?$/;

/** Cards come from strangers: deeper ones are cut off. */
const MAX_DEPTH = 50;

class Parser {
  private at = 0;

  constructor(private readonly lines: Line[]) {}

  /** The mapping, list or text at this depth. */
  block(indent: number, depth: number = 0): YamlValue {
    const first = this.lines[this.at];
    if (first === undefined || first.indent < indent || depth > MAX_DEPTH) return "";
    if (isItem(first)) return this.list(first.indent, depth);
    return KEY.test(first.text) ? this.mapping(first.indent, depth) : this.text(first.indent);
  }

  private list(indent: number, depth: number): YamlValue[] {
    const items: YamlValue[] = [];
    for (
      let line = this.lines[this.at];
      line?.indent === indent && isItem(line);
      line = this.lines[this.at]
    ) {
      const rest = line.text.slice(1).trimStart();
      const inner = indent + line.text.length - rest.length;
      if (rest === "") {
        this.at++;
        items.push(this.block(indent + 1, depth + 1));
      } else if (KEY.test(rest) || rest.startsWith("- ")) {
        // `- key: value`: the mapping starts on the line of the dash.
        this.lines[this.at] = { indent: inner, text: rest };
        items.push(this.block(inner, depth + 1));
      } else {
        this.at++;
        items.push(scalar(rest));
      }
    }
    return items;
  }

  private mapping(indent: number, depth: number): Record<string, YamlValue> {
    const entries: Record<string, YamlValue> = Object.create(null) as Record<string, YamlValue>;
    for (
      let line = this.lines[this.at];
      line?.indent === indent && !isItem(line);
      line = this.lines[this.at]
    ) {
      const [, key, value = ""] = KEY.exec(line.text) ?? [];
      this.at++;
      if (key === undefined) continue;
      const next = this.lines[this.at];
      // A list may stand at the depth of its key.
      const isBelow =
        next !== undefined && (next.indent > indent || (next.indent === indent && isItem(next)));
      if (value === "" || /^[|>][+-]?$/.test(value)) {
        entries[unquote(key)] = isBelow && next !== undefined ? this.block(next.indent, depth + 1) : "";
      } else {
        entries[unquote(key)] = scalar(value);
        this.skipDeeper(indent);
      }
    }
    return entries;
  }

  private text(indent: number): string {
    const parts: string[] = [];
    for (
      let line = this.lines[this.at];
      line !== undefined && line.indent >= indent;
      line = this.lines[this.at]
    ) {
      parts.push(line.text);
      this.at++;
    }
    return parts.join(" ");
  }

  /** The rest of a text that goes on over several lines. */
  private skipDeeper(indent: number): void {
    while ((this.lines[this.at]?.indent ?? 0) > indent) this.at++;
  }
}

const isItem = ({ text }: Line) => text === "-" || text.startsWith("- ");

function scalar(text: string): YamlValue {
  const plain = /^["'[{]/.test(text) ? text : text.replace(/\s+#.*$/, "");
  if (plain.startsWith("[") && plain.endsWith("]")) {
    const items = plain.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]+/g) ?? [];
    return items.map((item) => unquote(item.trim())).filter((item) => item !== "");
  }
  return unquote(plain);
}

function unquote(text: string): string {
  if (/^'.*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/.test(text)) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
