const encoder = new TextEncoder();

/** The tokens of a text's bytes, `<0xE2>`; undefined if the vocabulary lacks one. */
export function byteTokens(text: string, ids: ReadonlyMap<string, number>): number[] | undefined {
  const found: number[] = [];
  for (const byte of encoder.encode(text)) {
    const id = ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return undefined;
    found.push(id);
  }
  return found;
}
