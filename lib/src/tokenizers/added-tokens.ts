import type { Piece } from "./piece";
import type { AddedTokenConfig } from "./tokenizer-json";
import { CodePointSet } from "./unicode/code-points";
import { WHITE_SPACE, WORD } from "./unicode/character-tables";
import { TokenSet } from "./token-set";

/** A stretch of a text; with the id of the added token, if that is what stands there. */
export interface Section {
  piece: Piece;
  id: number | undefined;
}

const wordCharacter = new CodePointSet(WORD);
const whiteSpace = new CodePointSet(WHITE_SPACE);

function endsWithWord(text: string): boolean {
  const last = Array.from(text.slice(-2)).at(-1);
  return last !== undefined && wordCharacter.has(last.codePointAt(0)!);
}

function startsWithWord(text: string): boolean {
  const first = text.codePointAt(0);
  return first !== undefined && wordCharacter.has(first);
}

/**
 * Finds added tokens (`[SEP]`, `[MASK]`, a user's own) in a text: leftmost first, of those the longest, as the Rust
 * library does. @huggingface/tokenizers 0.2.0 takes no notice of `single_word`, and takes a stretch that *becomes*
 * equal to a special token by cleaning (`[S<zero-width space>EP]`, cased) for the token.
 */
export class AddedTokenSplitter {
  private readonly contents: TokenSet | undefined;
  private readonly tokens = new Map<string, AddedTokenConfig>();

  /** @param normalize applied to the contents first, for tokens that are looked for in normalised text */
  constructor(tokens: readonly AddedTokenConfig[], normalize: (text: string) => string = (text) => text) {
    for (const token of tokens) {
      const content = normalize(token.content);
      if (content !== "" && !this.tokens.has(content)) this.tokens.set(content, token);
    }
    if (this.tokens.size > 0) this.contents = new TokenSet(this.tokens.keys());
  }

  split(piece: Piece): Section[] {
    const { contents } = this;
    if (contents === undefined) return [{ piece, id: undefined }];
    const { text } = piece;
    const sections: Section[] = [];
    let done = 0;
    for (let found = contents.find(text, 0); found; found = contents.find(text, found[1])) {
      let [start, stop] = found;
      const token = this.tokens.get(text.slice(start, stop))!;
      if (token.single_word && (endsWithWord(text.slice(0, start)) || startsWithWord(text.slice(stop))))
        continue;
      // White space is below U+10000: a code unit each.
      if (token.lstrip) while (start > done && whiteSpace.has(text.charCodeAt(start - 1))) start--;
      if (token.rstrip) while (stop < text.length && whiteSpace.has(text.charCodeAt(stop))) stop++;
      if (done < start) sections.push({ piece: piece.slice(done, start), id: undefined });
      sections.push({ piece: piece.slice(start, stop), id: token.id });
      done = stop;
    }
    if (done === 0) sections.push({ piece, id: undefined });
    else if (done < text.length) sections.push({ piece: piece.slice(done), id: undefined });
    return sections;
  }
}
