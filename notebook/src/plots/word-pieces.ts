import { ConfigError } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { LABEL_RGB } from "./house-style";
import { tokenStrip, type TokenStrip } from "./token-strip";

/** How a piece says that it continues the word before. */
const CONTINUES = "##";

export interface WordPiecesOptions {
  /** The numbers of the pieces, shown below them. Default: none. */
  ids?: readonly number[];
  /** Default "Word pieces". */
  title?: string;
}

/**
 * The pieces that a text became: those of one word stand close together in one colour, so that a word that the vocabulary does not
 * have is seen to be put together.
 *
 * @param tokens as `convertIdsToTokens` gives them: "##" before what continues a word
 * @throws ConfigError if there are none
 * @example
 * const { input_ids } = tokenizer("an unwatchable film");
 * display(plotWordPieces(tokenizer.convertIdsToTokens(input_ids), { ids: input_ids }));
 */
export function plotWordPieces(tokens: readonly string[], options: WordPiecesOptions = {}): TokenStrip {
  refuseUnknownOptions("plotWordPieces", options, ["ids", "title"]);
  const { ids, title = "Word pieces" } = options;
  if (tokens.length === 0) throw new ConfigError("plotWordPieces: there are no tokens.");
  let word = -1;
  const boxes = tokens.map((token, at) => {
    const joined = token.startsWith(CONTINUES);
    const special = /^\[.+\]$/.test(token);
    if (!joined && !special) word += 1;
    return {
      token,
      colour: special ? SPECIAL : LABEL_RGB[word % LABEL_RGB.length]!,
      strength: 0.8,
      joined,
      ...(ids && { note: String(ids[at]) }),
    };
  });
  return tokenStrip(title, boxes, [`${title}: ${asText(tokens)}`]);
}

/** `[CLS]` and the like belong to no word. */
const SPECIAL = [128, 128, 128] as const;

/** Words of several pieces in brackets: `an (un|##watch|##able) film`. */
function asText(tokens: readonly string[]): string {
  const words: string[][] = [];
  for (const token of tokens) {
    if (token.startsWith(CONTINUES) && words.length > 0) words.at(-1)!.push(token);
    else words.push([token]);
  }
  return words.map((pieces) => (pieces.length > 1 ? `(${pieces.join("|")})` : pieces[0])).join(" ");
}
