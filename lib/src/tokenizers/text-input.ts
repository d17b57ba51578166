import { TokenizerError } from "../errors";
import type { TextInput } from "./row";

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

function checkList(list: unknown, argument: string, what: string): readonly unknown[] {
  if (!Array.isArray(list)) {
    throw new TokenizerError(`${argument} is ${nameOf(list)}; ${what} is expected.`);
  }
  return list as readonly unknown[];
}

function checkStrings(texts: readonly unknown[], argument: string): readonly string[] {
  // By index: holes in the array count as well.
  for (let i = 0; i < texts.length; i++) {
    const text: unknown = texts[i];
    if (typeof text !== "string") {
      throw new TokenizerError(`${argument}[${i}] is ${nameOf(text)}; every text must be a string.`);
    }
  }
  return texts as readonly string[];
}

/** One text or many, each a string, or a list of words. */
interface Inputs {
  list: readonly TextInput[];
  isBatch: boolean;
}

function checkInputs(given: unknown, argument: string, isSplitIntoWords: boolean): Inputs {
  if (!isSplitIntoWords) {
    if (typeof given === "string") return { list: [given], isBatch: false };
    const texts = checkList(given, argument, "a string or a list of strings");
    refuseEmpty(texts, argument);
    const words = texts.findIndex((text) => Array.isArray(text));
    if (words >= 0) {
      throw new TokenizerError(
        `${argument}[${words}] is an array; every text must be a string. If it is a text's words, say isSplitIntoWords: true.`,
      );
    }
    return { list: checkStrings(texts, argument), isBatch: true };
  }
  const texts = checkList(given, argument, "with isSplitIntoWords a list of words, or of such lists,");
  if (!Array.isArray(texts[0])) return { list: [checkStrings(texts, argument)], isBatch: false };
  const list = Array.from(texts, (words, i) =>
    checkStrings(checkList(words, `${argument}[${i}]`, "a list of words"), `${argument}[${i}]`),
  );
  return { list, isBatch: true };
}

function refuseEmpty(texts: readonly unknown[], argument: string): void {
  if (texts.length > 0) return;
  throw new TokenizerError(`${argument} is an empty list; there is nothing to tokenize.`);
}

/** What a tokenizer is called with, in one form. */
export interface CheckedTexts {
  texts: readonly TextInput[];
  pairs: readonly TextInput[] | undefined;
  /** Whether it was a list of texts. */
  isBatch: boolean;
}

/**
 * Checks what a tokenizer is called with.
 *
 * @param isSplitIntoWords whether a text is a list of its words
 * @throws TokenizerError that names the first index that is no string
 */
export function checkTexts(text: unknown, textPair: unknown, isSplitIntoWords: boolean): CheckedTexts {
  const { list: texts, isBatch } = checkInputs(text, "text", isSplitIntoWords);
  if (textPair === undefined) return { texts, pairs: undefined, isBatch };
  const { list: pairs, isBatch: isPairBatch } = checkInputs(textPair, "textPair", isSplitIntoWords);
  if (isBatch !== isPairBatch || pairs.length !== texts.length) {
    throw new TokenizerError(
      `text holds ${texts.length} and textPair ${pairs.length}; each text needs one partner (both strings, or both lists).`,
    );
  }
  return { texts, pairs, isBatch };
}
