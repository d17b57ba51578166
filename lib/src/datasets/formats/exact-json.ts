import { randomBytes } from "../../platform/crypto";

/** A number that a file writes as a fraction though it is a whole one: `1.0`, `1e5`. */
export class WholeFraction {
  constructor(readonly value: number) {}
}

/** Numbers of JSON, and the words for numbers that Python writes and JSON does not have. */
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g;

/** What JSON.parse would read otherwise than it is written: `1.0`, `1e5`, long integers, Python's words. */
const NEEDS_CARE = /\d\.0+(?!\d)|\d[eE]|(?<![.\d])\d{16}|NaN|Infinity/;

/** So long a number is refused: turning it into a bigint takes time by the square of its length. */
const MOST_DIGITS = 400;

/** Marks a number in the text; no file can know it. */
const MARK = `#${randomBytes(12).toString("hex")}`;

/**
 * As JSON.parse, but whole numbers are exact (those beyond 2^53 bigints), whole numbers written as fractions can be told
 * ({@link WholeFraction}), and NaN and the infinities are read, which Python's json.dumps writes.
 *
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  if (!NEEDS_CARE.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(markNumbers(text), (_, value: unknown) => {
    const number = isMarked(value) ? value[MARK] : undefined;
    return number === undefined ? value : numberOf(number);
  }) as unknown;
}

/** Marks the numbers that need care, outside of strings. */
function markNumbers(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    const between = text.slice(at, end);
    parts.push(
      between.replace(NUMBER, (token) => (NEEDS_CARE.test(token) ? `{"${MARK}":"${token}"}` : token)),
    );
    at = quote < 0 ? end : endOfString(text, quote);
    parts.push(text.slice(end, at));
  }
  return parts.join("");
}

/** @returns where a string ends that begins with the quote at a position */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function isMarked(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, MARK);
}

function numberOf(text: string): number | bigint | WholeFraction {
  if (text.length > MOST_DIGITS) throw new SyntaxError(`a number of ${text.length} digits`);
  if (/^-?\d+$/.test(text)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  const number = Number(text);
  return Number.isInteger(number) ? new WholeFraction(number) : number;
}
