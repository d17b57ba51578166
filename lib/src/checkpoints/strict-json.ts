/**
 * JSON as `parseStrictJson` returns it: objects as Maps (no key can touch a prototype), whole numbers as
 * bigints (exact), and other numbers as numbers.
 */
export type StrictJson = null | boolean | number | bigint | string | StrictJson[] | Map<string, StrictJson>;

/** As in serde_json, which the Rust library reads with. */
const MAX_DEPTH = 127;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Beyond any 64-bit integer and any double; keeps hostile digit strings out of BigInt(), which is quadratic. */
const MAX_NUMBER_LENGTH = 40;

/**
 * Parses JSON of unknown origin. Unlike JSON.parse it refuses keys that occur twice in an object, of which
 * two readers could see different ones, and text that is not well-formed Unicode; and it bounds depth.
 *
 * @throws SyntaxError that says what is wrong at which character
 */
export function parseStrictJson(text: string): StrictJson {
  let at = 0;

  function wrong(what: string): SyntaxError {
    return new SyntaxError(`${what} at character ${at}`);
  }

  function skipWhitespace(): void {
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  function take(character: string): boolean {
    if (text[at] !== character) return false;
    at += 1;
    return true;
  }

  function expect(character: string): void {
    if (!take(character)) throw wrong(`'${character}' expected`);
  }

  function string(): string {
    const start = at;
    let isEscaped = false;
    expect('"');
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) throw wrong("unfinished string");
      if (code < 0x20) throw wrong("control character in a string");
      if (code === 0x22) break;
      if (code === 0x5c) {
        isEscaped = true;
        at += 1;
      }
    }
    at += 1;
    let value = text.slice(start + 1, at - 1);
    if (isEscaped) {
      try {
        value = JSON.parse(text.slice(start, at)) as string;
      } catch {
        throw wrong("bad escape in the string before");
      }
    }
    if (/\p{Surrogate}/u.test(value)) throw wrong("half a surrogate pair in the string before");
    return value;
  }

  function number(): number | bigint {
    const start = at;
    while (at < text.length && "+-.0123456789eE".includes(text[at]!)) at += 1;
    const literal = text.slice(start, Math.min(at, start + MAX_NUMBER_LENGTH + 1));
    if (literal.length > MAX_NUMBER_LENGTH || !NUMBER.test(literal)) throw wrong("bad number before");
    // -0 is no integer for the Rust library either; what no double holds, it takes for no number.
    if (/^-?\d+$/.test(literal) && literal !== "-0") return BigInt(literal);
    const value = Number(literal);
    if (!Number.isFinite(value)) throw wrong("number out of range before");
    return value;
  }

  function literal<Value extends null | boolean>(word: string, value: Value): Value {
    if (!text.startsWith(word, at)) throw wrong("value expected");
    at += word.length;
    return value;
  }

  function array(depth: number): StrictJson[] {
    const values: StrictJson[] = [];
    expect("[");
    skipWhitespace();
    if (take("]")) return values;
    do values.push(value(depth));
    while (take(","));
    expect("]");
    return values;
  }

  function object(depth: number): Map<string, StrictJson> {
    const entries = new Map<string, StrictJson>();
    expect("{");
    skipWhitespace();
    if (take("}")) return entries;
    do {
      skipWhitespace();
      const key = string();
      if (entries.has(key)) throw wrong(`duplicate key ${quoteName(key)}`);
      skipWhitespace();
      expect(":");
      entries.set(key, value(depth));
    } while (take(","));
    expect("}");
    return entries;
  }

  /** A value and the whitespace around it. */
  function value(depth: number): StrictJson {
    if (depth > MAX_DEPTH) throw wrong(`more than ${MAX_DEPTH} levels of nesting`);
    skipWhitespace();
    const result = bareValue(depth);
    skipWhitespace();
    return result;
  }

  function bareValue(depth: number): StrictJson {
    switch (text[at]) {
      case "{":
        return object(depth + 1);
      case "[":
        return array(depth + 1);
      case '"':
        return string();
      case "t":
        return literal("true", true);
      case "f":
        return literal("false", false);
      case "n":
        return literal("null", null);
      default:
        return number();
    }
  }

  const result = value(0);
  if (at < text.length) throw wrong("end of the text expected");
  return result;
}

/** A name from a file in quotation marks, short enough for a message. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
