import { randomBytes } from "node:crypto";

/** A number that a file writes as a fraction though it is a whole one: `1.0`, `1e5`. */
export class WholeFraction {
  constructor(readonly value: number) {}
}

/** Words and strings of JSON, and the words for numbers that Python writes and JSON does not have. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g;

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
  const marked = text.replace(TOKEN, (token) => {
    const isOrdinary = token.startsWith('"') || !NEEDS_CARE.test(token);
    return isOrdinary ? token : `{"${MARK}":"${token}"}`;
  });
  return JSON.parse(marked, (_, value: unknown) => {
    const number = isMarked(value) ? value[MARK] : undefined;
    return number === undefined ? value : numberOf(number);
  }) as unknown;
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
