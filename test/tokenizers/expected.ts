import { readFileSync } from "node:fs";
import path from "node:path";

/** Folder of the fixtures; make_tokenizer_fixtures.py there wrote them. */
export const FIXTURES = path.resolve(__dirname, "../fixtures/tokenizers");

export interface ExpectedCall {
  text: string | string[];
  options: Record<string, unknown>;
  result: Record<string, unknown>;
}
export interface ExpectedTruncation {
  text: string;
  pair: string | null;
  strategy: "longest_first" | "only_first" | "only_second";
  side: "left" | "right";
  special: boolean;
  /** By maxLength; null: the Rust library refuses. */
  ids: Record<string, number[] | null>;
}
export interface ExpectedTokenizer {
  texts: Record<string, { text: string; ids: number[]; tokens: string[] }[]>;
  truncation: ExpectedTruncation[];
  calls: ExpectedCall[];
  decoded: { ids: number[]; options: Record<string, boolean>; text: string }[];
  vocab_size: number;
  length: number;
  all_special_ids: number[];
}

/** What Python's libraries make of the fixtures. */
export const expected = JSON.parse(readFileSync(path.join(FIXTURES, "expected.json"), "utf8")) as Record<
  "uncased" | "cased",
  ExpectedTokenizer
>;

/** Python's option names in camelCase. */
export function camelCase(options: Record<string, unknown>): Record<string, unknown> {
  const name = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [name(key), value]));
}
