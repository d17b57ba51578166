import { RE2JS } from "re2js";
import { type Part, wrongPart } from "./parts";
import { CodePointSet } from "./unicode/code-points";
import { WHITE_SPACE } from "./unicode/character-tables";
import { PATTERN_CLASS_WORD_LACKS, PATTERN_DIGIT, PATTERN_WORD } from "./unicode/pattern-tables";

/** A stretch of a text, and whether the pattern stands there. */
export interface Stretch {
  start: number;
  end: number;
  isMatch: boolean;
}

/** Cuts a text into matches and what is between them; together they are the text. */
export type Pattern = (text: string) => Stretch[];

/** The whole of a text, of matches in ascending order. */
function covering(text: string, matches: Iterable<[start: number, end: number]>): Stretch[] {
  const stretches: Stretch[] = [];
  let done = 0;
  for (const [start, end] of matches) {
    if (done < start) stretches.push({ start: done, end: start, isMatch: false });
    stretches.push({ start, end, isMatch: true });
    done = end;
  }
  if (done < text.length) stretches.push({ start: done, end: text.length, isMatch: false });
  return stretches;
}

/** Each character of a kind is a match. */
export function characterPattern(isMatch: (codePoint: number) => boolean): Pattern {
  function* matches(text: string): Generator<[number, number]> {
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i)!;
      const width = codePoint > 0xffff ? 2 : 1;
      if (isMatch(codePoint)) yield [i, i + width];
      i += width - 1;
    }
  }
  return (text) => covering(text, matches(text));
}

/** Each longest run of characters of one class is a match, of whatever class that is. */
export function runPattern(classOf: (codePoint: number) => number): Pattern {
  function* matches(text: string): Generator<[number, number]> {
    let start = 0;
    let current = 0;
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i)!;
      const found = classOf(codePoint);
      if (found !== current) {
        if (current !== 0) yield [start, i];
        [start, current] = [i, found];
      }
      if (codePoint > 0xffff) i++;
    }
    if (current !== 0) yield [start, text.length];
  }
  return (text) => covering(text, matches(text));
}

/** A text, wherever it stands. */
export function textPattern(wanted: string): Pattern {
  function* matches(text: string): Generator<[number, number]> {
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      yield [at, at + wanted.length];
    }
  }
  return (text) => covering(text, matches(text));
}

/**
 * The pattern of a part, `{ "String": … }` or `{ "Regex": … }`. Regular expressions run in time linear in the text,
 * whatever a stranger's file says.
 *
 * @throws TokenizerError that names the file and what is not supported
 */
export function patternOf(part: Part): Pattern {
  const pattern = part.options.pattern as { String?: unknown; Regex?: unknown } | string | undefined;
  const text = typeof pattern === "string" ? pattern : pattern?.String;
  if (typeof text === "string") {
    if (text === "") throw wrongPart(part, "an empty pattern is not supported");
    return textPattern(text);
  }
  const regex = typeof pattern === "object" ? pattern.Regex : undefined;
  if (typeof regex !== "string")
    throw wrongPart(part, 'its pattern is neither {"String": …} nor {"Regex": …}');
  return regularExpression(regex, part);
}

function regularExpression(source: string, part: Part): Pattern {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(new Translation(source).translate());
  } catch (error) {
    throw wrongPart(
      part,
      `the regular expression ${JSON.stringify(source)} is not supported: ${(error as Error).message}`,
    );
  }
  if (compiled.matcher("").matches()) {
    throw wrongPart(
      part,
      `the regular expression ${JSON.stringify(source)} matches nothing at all, which is not supported`,
    );
  }
  function* matches(text: string): Generator<[number, number]> {
    const matcher = compiled.matcher(text);
    while (matcher.find()) yield [matcher.start(), matcher.end()];
  }
  return (text) => covering(text, matches(text));
}

const CATEGORIES =
  "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp".split(" ");
const SCRIPTS =
  "Arabic Armenian Bengali Cyrillic Devanagari Georgian Greek Han Hangul Hebrew Hiragana Katakana Latin Tamil Thai".split(
    " ",
  );
const CONTROLS: Readonly<Record<string, string>> = {
  n: "\\n",
  r: "\\r",
  t: "\\t",
  f: "\\f",
  v: "\\x{b}",
  a: "\\x{7}",
};
const CLASSES: Readonly<Record<string, CodePointSet>> = {
  s: new CodePointSet(WHITE_SPACE),
  w: new CodePointSet(PATTERN_WORD),
  d: new CodePointSet(PATTERN_DIGIT),
};

/** `\w` within a class. */
const CLASS_WORD = without(CLASSES.w!, new CodePointSet(PATTERN_CLASS_WORD_LACKS));

const escaped = (codePoint: number) => `\\x{${codePoint.toString(16)}}`;

/** The members of the one that the other has not. */
function without(set: CodePointSet, other: CodePointSet): CodePointSet {
  const ranges: string[] = [];
  for (const [first, last] of set.ranges()) {
    let start = first;
    for (let i = first; i <= last + 1; i++) {
      if (i <= last && !other.has(i)) continue;
      if (start < i) ranges.push(`${start.toString(16)}-${(i - 1).toString(16)}`);
      start = i + 1;
    }
  }
  return new CodePointSet(ranges.join(" "));
}

/** The inside of a character class that holds a set, or all that is not in it. */
function classText(set: CodePointSet, isNegated: boolean): string {
  const range = (first: number, last: number) =>
    first > last ? "" : first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`;
  if (!isNegated) return Array.from(set.ranges(), ([first, last]) => range(first, last)).join("");
  let next = 0;
  let text = "";
  for (const [first, last] of set.ranges()) {
    text += range(next, first - 1);
    next = last + 1;
  }
  return text + range(next, 0x10ffff);
}

/**
 * From Oniguruma's syntax, which the Rust library takes, to RE2's: what both have and mean alike, with `\s`, `\w` and `\d`
 * spelt out, whose meaning differs. What RE2 has not (looking around, references back) is an error, and what either
 * reads otherwise too.
 */
class Translation {
  private at = 0;

  constructor(private readonly source: string) {}

  /** @throws Error that says what is not supported */
  translate(): string {
    let result = "";
    while (this.at < this.source.length) result += this.element();
    return result;
  }

  private take(): string {
    const character = String.fromCodePoint(this.source.codePointAt(this.at)!);
    this.at += character.length;
    return character;
  }

  private next(): string {
    if (this.at >= this.source.length) throw new Error("it ends too early");
    return this.take();
  }

  private element(): string {
    const character = this.take();
    switch (character) {
      case "\\":
        return this.escape(false);
      case "[":
        return this.characterClass();
      case "(":
        return this.group();
      case "^":
      case "$":
        return `(?m:${character})`;
      case "*":
      case "+":
      case "?":
        return character + this.laziness();
      case "{":
        return this.repetition();
      case ".":
      case "|":
      case ")":
        return character;
      default:
        return escaped(character.codePointAt(0)!);
    }
  }

  private laziness(): string {
    if (this.source[this.at] === "+") throw new Error("possessive quantifiers");
    if (this.source[this.at] !== "?") return "";
    this.at++;
    return "?";
  }

  private repetition(): string {
    const match = /^(\d+)(,\d*)?\}/.exec(this.source.slice(this.at));
    if (!match) throw new Error("a brace that is no {n}, {n,} or {n,m}; write \\{");
    this.at += match[0].length;
    if (match[2] === undefined && "?+".includes(this.source[this.at] ?? " ")) {
      throw new Error("a quantifier after {n}");
    }
    return `{${match[0]}${this.laziness()}`;
  }

  private group(): string {
    if (this.source[this.at] !== "?") return "(?:";
    if (this.source[this.at + 1] !== ":") throw new Error(`(${this.source.slice(this.at, this.at + 3)}`);
    this.at += 2;
    return "(?:";
  }

  private escape(inClass: boolean): string {
    const letter = this.next();
    if (/^[swd]$/i.test(letter)) {
      const kind = letter.toLowerCase();
      const set = inClass && kind === "w" ? CLASS_WORD : CLASSES[kind]!;
      const text = classText(set, letter !== kind);
      return inClass ? text : `[${text}]`;
    }
    if (letter === "p" || letter === "P") return this.property(letter);
    if (letter === "u" || letter === "x") return this.codePoint(letter);
    if (Object.hasOwn(CONTROLS, letter)) return CONTROLS[letter]!;
    if (!inClass && (letter === "A" || letter === "z")) return `\\${letter}`;
    if (/[\p{L}\p{N}]/u.test(letter)) throw new Error(`\\${letter}`);
    return escaped(letter.codePointAt(0)!);
  }

  private property(letter: string): string {
    const match = /^\{(\^?)(\w+)\}/.exec(this.source.slice(this.at));
    if (!match) throw new Error(`\\${letter} without a name in braces`);
    const name = [...CATEGORIES, ...SCRIPTS].find((each) => each.toLowerCase() === match[2]!.toLowerCase());
    if (name === undefined) throw new Error(`\\p{${match[2]}}`);
    this.at += match[0].length;
    return `\\${(letter === "P") === (match[1] === "^") ? "p" : "P"}{${name}}`;
  }

  private codePoint(letter: string): string {
    const pattern = letter === "u" ? /^([0-9a-f]{4})/i : /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{2}))/i;
    const match = pattern.exec(this.source.slice(this.at));
    const codePoint = parseInt(match?.[1] ?? match?.[2] ?? "", 16);
    if (!match || !(codePoint <= 0x10ffff)) throw new Error(`\\${letter} without a code point`);
    this.at += match[0].length;
    return escaped(codePoint);
  }

  private characterClass(): string {
    const isNegated = this.source[this.at] === "^";
    if (isNegated) this.at++;
    if (this.source[this.at] === "]") throw new Error("a class that begins with ]; write \\]");
    let text = "";
    for (;;) {
      const character = this.next();
      if (character === "]") break;
      if (character === "[") throw new Error("a class within a class; write \\[");
      if (character === "&" && this.source[this.at] === "&") throw new Error("&& in a class");
      const isRange = character === "-" && text !== "" && this.source[this.at] !== "]";
      if (character === "\\") text += this.escape(true);
      else text += isRange ? "-" : escaped(character.codePointAt(0)!);
    }
    return `[${isNegated ? "^" : ""}${text}]`;
  }
}
