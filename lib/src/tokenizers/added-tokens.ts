import type { AddedTokenConfig } from "./tokenizer-json";

/** A stretch of text, or the id of the added token that stood there. */
export type Section = string | number;

const WORD_CHARACTER = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function endsWithWord(text: string): boolean {
  const last = Array.from(text.slice(-2)).at(-1);
  return last !== undefined && WORD_CHARACTER.test(last);
}

function startsWithWord(text: string): boolean {
  const first = text.codePointAt(0);
  return first !== undefined && WORD_CHARACTER.test(String.fromCodePoint(first));
}

/**
 * Finds added tokens (`[SEP]`, `[MASK]`, a user's own) in a text: leftmost first, of those the longest, as the Rust
 * library does. @huggingface/tokenizers 0.2.0 takes no notice of `single_word`, and takes a stretch that *becomes*
 * equal to a special token by cleaning (`[S<zero-width space>EP]`, cased) for the token.
 */
export class AddedTokenSplitter {
  private readonly pattern: RegExp | undefined;
  private readonly tokens = new Map<string, AddedTokenConfig>();

  /** @param normalize applied to the contents first, for tokens that are looked for in normalised text */
  constructor(tokens: readonly AddedTokenConfig[], normalize: (text: string) => string = (text) => text) {
    for (const token of tokens) {
      const content = normalize(token.content);
      if (content !== "" && !this.tokens.has(content)) this.tokens.set(content, token);
    }
    if (this.tokens.size === 0) return;
    const longestFirst = [...this.tokens.keys()].sort((a, b) => b.length - a.length);
    this.pattern = new RegExp(
      longestFirst.map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"),
      "g",
    );
  }

  split(text: string): Section[] {
    if (this.pattern === undefined) return [text];
    const sections: Section[] = [];
    let done = 0;
    for (const match of text.matchAll(this.pattern)) {
      const token = this.tokens.get(match[0]);
      if (token === undefined) continue;
      let start = match.index ?? 0;
      let stop = start + match[0].length;
      if (token.single_word && (endsWithWord(text.slice(0, start)) || startsWithWord(text.slice(stop))))
        continue;
      if (token.lstrip) start = Math.max(text.slice(0, start).trimEnd().length, done);
      if (token.rstrip) stop = text.length - text.slice(stop).trimStart().length;
      if (done < start) sections.push(text.slice(done, start));
      sections.push(token.id);
      done = stop;
    }
    if (done < text.length) sections.push(text.slice(done));
    return sections;
  }
}
