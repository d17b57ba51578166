import { NEW_LOWERCASE } from "../unicode/character-tables";

const newLowercase = new Map(
  NEW_LOWERCASE.split(" ").map((pair) => {
    const [capital = "", small = ""] = pair
      .split(":")
      .map((each) => String.fromCodePoint(parseInt(each, 16)));
    return [capital, small];
  }),
);

/** One character in small letters, whatever stands beside it: Σ becomes σ at the end of a word too, as in Rust. */
export function lowercaseCharacter(character: string): string {
  return newLowercase.get(character) ?? character.toLowerCase();
}

/** A text in small letters, character by character. */
export function lowercase(text: string): string {
  return Array.from(text, lowercaseCharacter).join("");
}
