/** A stretch of a text, `text.slice(start, end)`. */
export type Span = readonly [start: number, end: number];

/**
 * A character of a changed text, and what it stands for: 0: the next character of the text before; -n: that one and n more, which are
 * gone; 1: nothing, it was added behind the one before.
 */
export type Change = readonly [character: string, change: number];

/** For each UTF-16 code unit of a piece the stretch of the given text that it comes from. */
interface Origins {
  starts: readonly number[];
  ends: readonly number[];
  /** Where the piece begins in the given text. */
  base: number;
}

/**
 * A text on its way through the tokenizer, or a part of it: cleaned, split, with marks set before it. Where it was asked for, it knows
 * of each character where in the given text it comes from.
 *
 * @see tokenizers, NormalizedString, whose answers these are, also where others would be thought of: a character that was composed of
 *   two comes from the first, what replaces several from the last
 */
export class Piece {
  private constructor(
    readonly text: string,
    /** Whether it begins where the given text begins. */
    readonly isFirst: boolean,
    private readonly origins: Origins | undefined,
  ) {}

  /** @param isTracked whether it has to know where its characters come from */
  static of(text: string, isTracked: boolean): Piece {
    if (!isTracked) return new Piece(text, true, undefined);
    const starts: number[] = [];
    const ends: number[] = [];
    let start = 0;
    for (const character of text) {
      for (let i = 0; i < character.length; i++) {
        starts.push(start);
        ends.push(start + character.length);
      }
      start += character.length;
    }
    return new Piece(text, true, { starts, ends, base: 0 });
  }

  get isTracked(): boolean {
    return this.origins !== undefined;
  }

  /** A part of it, which is the first one only if it begins here. */
  slice(start: number, end: number = this.text.length): Piece {
    const isFirst = this.isFirst && start === 0;
    // The way of each word that nobody asks where it comes from.
    if (!this.origins) return new Piece(this.text.slice(start, end), isFirst, undefined);
    return this.cut(this.origins, start, end, isFirst, this.origins.starts[start]);
  }

  /** What is left of it without its ends; it still begins where it did. */
  strip(start: number, end: number): Piece {
    if (!this.origins) return new Piece(this.text.slice(start, end), this.isFirst, undefined);
    return this.cut(this.origins, start, end, this.isFirst);
  }

  /** Where in the given text a part of it comes from. @throws Error if it is not tracked */
  span(start: number = 0, end: number = this.text.length): Span {
    if (!this.origins) throw new Error("The piece was not asked to know where it comes from.");
    const { starts, ends, base } = this.origins;
    return start < end ? [starts[start]!, ends[end - 1]!] : [base, base];
  }

  /** Another text in its place, each of whose code units comes from the one that stood there. */
  withText(text: string): Piece {
    return new Piece(text, this.isFirst, this.origins);
  }

  /** @param map what becomes of a text; of a text the same as of its characters one after the other */
  map(map: (text: string) => string): Piece {
    if (!this.origins) return this.withText(map(this.text));
    const made = new Maker(this.origins);
    let at = 0;
    for (const character of this.text) {
      made.add(map(character), at);
      at += character.length;
    }
    return new Piece(made.text, this.isFirst, made.origins);
  }

  /** Another text in its place, of which each character says what it stands for. */
  transform(changes: Iterable<Change>): Piece {
    if (!this.origins) return this.withText(Array.from(changes, ([character]) => character).join(""));
    const made = new Maker(this.origins);
    let at = 0;
    const advance = () => {
      at += (this.text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    };
    for (const [character, change] of changes) {
      made.add(character, change > 0 ? at - 1 : at);
      for (let gone = change; gone <= 0; gone++) advance();
    }
    return new Piece(made.text, this.isFirst, made.origins);
  }

  /** @param matches what goes, and what comes in its place; ascending */
  replace(matches: Iterable<{ start: number; end: number }>, content: string): Piece {
    const { text, origins } = this;
    const made = new Maker(origins);
    let done = 0;
    for (const { start, end } of matches) {
      made.copy(text, done, start);
      made.add(content, end - 1);
      done = end;
    }
    made.copy(text, done, text.length);
    return new Piece(made.text, this.isFirst, made.origins);
  }

  /** Something before it, which comes from its first character; before nothing there is nothing. */
  prepend(before: string): Piece {
    if (this.text === "") return this;
    const made = new Maker(this.origins);
    made.add(before, 0);
    made.copy(this.text, 0, this.text.length);
    return new Piece(made.text, this.isFirst, made.origins);
  }

  private cut(origins: Origins, start: number, end: number, isFirst: boolean, base?: number): Piece {
    return new Piece(this.text.slice(start, end), isFirst, {
      starts: origins.starts.slice(start, end),
      ends: origins.ends.slice(start, end),
      base: base ?? origins.base,
    });
  }
}

/** Puts a changed text together. */
class Maker {
  text = "";
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(private readonly before: Origins | undefined) {}

  get origins(): Origins | undefined {
    return this.before && { starts: this.starts, ends: this.ends, base: this.before.base };
  }

  /** @param from the code unit of the text before that it comes from */
  add(text: string, from: number): void {
    this.text += text;
    if (!this.before) return;
    const { starts, ends, base } = this.before;
    for (let i = 0; i < text.length; i++) {
      this.starts.push(starts[from] ?? base);
      this.ends.push(ends[from] ?? base);
    }
  }

  copy(text: string, start: number, end: number): void {
    this.text += text.slice(start, end);
    if (!this.before) return;
    for (let i = start; i < end; i++) {
      this.starts.push(this.before.starts[i]!);
      this.ends.push(this.before.ends[i]!);
    }
  }
}
