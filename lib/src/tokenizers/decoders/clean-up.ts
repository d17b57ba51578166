type Replacement = readonly [spaced: string, joined: string];

const PUNCTUATION: readonly Replacement[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
];
const CONTRACTIONS: readonly Replacement[] = [
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

const replaceAll = (text: string, replacements: readonly Replacement[]) =>
  replacements.reduce((cleaned, [spaced, joined]) => cleaned.replaceAll(spaced, joined), text);

/** Takes back the spaces of tokenization in English text: `don ' t` becomes `don't`; as in transformers. */
export function cleanUpSpaces(text: string): string {
  return replaceAll(replaceAll(text, PUNCTUATION), CONTRACTIONS);
}

/** The same for one token with the space before it; as in the Rust library. */
export function cleanUpToken(token: string): string {
  return replaceAll(replaceAll(token, PUNCTUATION).replaceAll(" do not", " don't"), CONTRACTIONS);
}
