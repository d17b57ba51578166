import type { Token } from "./text-encoder";

/** A text, or the words that it was split into. */
export type TextInput = string | readonly string[];

/** No word, no text: of special tokens and padding. The Rust library says None. */
export const NONE = -1;

/** A token of a row, and where it comes from. */
export interface RowToken extends Token {
  /** The text of the pair that it is part of: 0, 1, or NONE. */
  sequence: number;
}

/** Tokens as a model reads them. */
export interface Row<Item> {
  items: Item[];
  typeIds: number[];
}
