import { TokenizerError } from "../errors";

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

function checkStrings(texts: unknown, argument: string): readonly string[] {
  if (typeof texts === "string") return [texts];
  if (!Array.isArray(texts)) {
    throw new TokenizerError(`${argument} is ${nameOf(texts)}; a string or a list of strings is expected.`);
  }
  if (texts.length === 0) {
    throw new TokenizerError(`${argument} is an empty list; there is nothing to tokenize.`);
  }
  // By index: holes in the array count as well.
  for (let i = 0; i < texts.length; i++) {
    const text: unknown = texts[i];
    if (typeof text !== "string") {
      throw new TokenizerError(`${argument}[${i}] is ${nameOf(text)}; every text must be a string.`);
    }
  }
  return texts as readonly string[];
}

/**
 * Checks what a tokenizer is called with.
 *
 * @returns the texts, and their partners if there are any
 * @throws TokenizerError that names the first index that is no string
 */
export function checkTexts(
  text: unknown,
  textPair: unknown,
): [readonly string[], readonly string[] | undefined] {
  const texts = checkStrings(text, "text");
  if (textPair === undefined) return [texts, undefined];
  const pairs = checkStrings(textPair, "textPair");
  if (Array.isArray(text) !== Array.isArray(textPair) || pairs.length !== texts.length) {
    throw new TokenizerError(
      `text holds ${texts.length} and textPair ${pairs.length}; each text needs one partner (both strings, or both lists).`,
    );
  }
  return [texts, pairs];
}
