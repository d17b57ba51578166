const SPACED: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** Takes back the spaces of tokenization in English text: `don ' t` becomes `don't`; as in transformers. */
export function cleanUpSpaces(text: string): string {
  return SPACED.reduce((cleaned, [spaced, joined]) => cleaned.replaceAll(spaced, joined), text);
}
