/**
 * The characters that stand for bytes in byte-level vocabularies: printable ones for themselves, the others from U+0100 on.
 *
 * @see Radford et al. 2019 (GPT-2), bytes_to_unicode
 */
const CHARACTERS: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : 0x100 + others++),
  );
})();

const BYTES: ReadonlyMap<string, number> = new Map(CHARACTERS.map((character, byte) => [character, byte]));

const encoder = new TextEncoder();
// Malformed bytes become U+FFFD, as many as in Rust's from_utf8_lossy.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text with a character for each byte of its UTF-8. */
export function toByteCharacters(text: string): string {
  let result = "";
  for (const byte of encoder.encode(text)) result += CHARACTERS[byte]!;
  return result;
}

/** The text that tokens of such characters spell together. One with another character stands for itself. */
export function fromByteCharacters(tokens: readonly string[]): string {
  const bytes: number[] = [];
  for (const token of tokens) {
    const characters = Array.from(token);
    const own = characters.flatMap((character) => BYTES.get(character) ?? []);
    if (own.length === characters.length) bytes.push(...own);
    else bytes.push(...encoder.encode(token));
  }
  return decoder.decode(Uint8Array.from(bytes));
}
