import { TokenizerError } from "../../errors";
import type { Span } from "../piece";
import { byteLength } from "../utf8";
import { byteTokens } from "./byte-fallback";
import type { BpeConfig } from "./configuration";
import type { TokenizerModel } from "./model";

/** What two neighbours become, and how early. */
interface Merge {
  rank: number;
  id: number;
}

/** A part of a word. */
interface WordPart {
  id: number;
  /** Bytes of the word that it stands for. */
  length: number;
}

/** A pair of neighbours that may be joined. */
interface Candidate extends Merge {
  /** Place of the left one. */
  place: number;
}

/**
 * Byte-pair encoding: a word's characters, joined pair by pair, the pairs that training found first first.
 *
 * The ids are the Rust library's for every word. @huggingface/tokenizers 0.2.0 knows neither `fuse_unk` nor a prefix of pieces within
 * a word, and puts unknown characters elsewhere.
 *
 * @see Sennrich et al. 2016; tokenizers.models.BPE
 */
export class BpeModel implements TokenizerModel {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly merges: ReadonlyMap<number, Merge>;
  private readonly unknown: number | undefined;
  /** More than any id. */
  private readonly base: number;

  /** @throws TokenizerError for a merge whose pieces the vocabulary lacks */
  constructor(
    private readonly config: BpeConfig,
    file: string,
  ) {
    this.ids = new Map(Object.entries(config.vocab));
    let largest = 0;
    for (const id of this.ids.values()) largest = Math.max(largest, id);
    this.base = largest + 1;
    this.unknown = config.unk_token === null ? undefined : this.ids.get(config.unk_token);
    const prefix = config.continuing_subword_prefix?.length ?? 0;
    const merges = new Map<number, Merge>();
    for (const [rank, [left, right]] of config.merges.entries()) {
      const [a, b, id] = [left, right, left + right.slice(prefix)].map((piece) => this.ids.get(piece));
      if (a === undefined || b === undefined || id === undefined) {
        throw new TokenizerError(
          `${file}: model.merges[${rank}] joins ${JSON.stringify(left)} and ${JSON.stringify(right)}, of which, or of what ` +
            "they become, the vocabulary has no token.",
        );
      }
      merges.set(a * this.base + b, { rank, id });
    }
    this.merges = merges;
  }

  encode(word: string): number[] {
    return this.symbols(word).map(({ id }) => id);
  }

  spans(word: string): Span[] {
    let start = 0;
    return this.symbols(word).map(({ length }): Span => [start, (start += length)]);
  }

  private symbols(word: string): WordPart[] {
    const whole = this.config.ignore_merges ? this.ids.get(word) : undefined;
    return whole === undefined ? this.join(this.characters(word)) : [{ id: whole, length: byteLength(word) }];
  }

  /** A word's characters. What no token stands for is left out, and what follows moves to its place. */
  private characters(word: string): WordPart[] {
    const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix, fuse_unk } = this.config;
    const characters = Array.from(word);
    const symbols: WordPart[] = [];
    // An unknown character waits for what comes next.
    let waiting: WordPart | undefined;
    for (const [i, character] of characters.entries()) {
      const isLast = i + 1 === characters.length;
      const piece = (i > 0 && prefix ? prefix : "") + character + (isLast && suffix ? suffix : "");
      const id = this.ids.get(piece);
      const length = byteLength(character);
      if (id !== undefined) {
        if (waiting) symbols.push(waiting);
        waiting = undefined;
        symbols.push({ id, length });
        continue;
      }
      const bytes = this.config.byte_fallback ? byteTokens(piece, this.ids) : undefined;
      if (bytes) for (const byte of bytes) symbols.push({ id: byte, length: 1 });
      else if (this.unknown !== undefined) {
        if (waiting && fuse_unk) waiting.length += length;
        else {
          if (waiting) symbols.push(waiting);
          waiting = { id: this.unknown, length };
        }
      }
    }
    if (waiting) symbols.push(waiting);
    return symbols;
  }

  /** Joins neighbours, the pair of the lowest rank first, of several of one rank the leftmost. */
  private join(symbols: WordPart[]): WordPart[] {
    const count = symbols.length;
    if (count < 2) return symbols;
    const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
    const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
    const queue = new Queue();
    const consider = (place: number) => {
      const right = next[place]!;
      const merge = right < 0 ? undefined : this.mergeOf(symbols[place]!, symbols[right]!);
      if (merge) queue.push({ place, ...merge });
    };
    for (let place = 0; place < count; place++) consider(place);
    for (let top = queue.pop(); top; top = queue.pop()) {
      const { place, id } = top;
      const right = next[place]!;
      const [left, joined] = [symbols[place]!, symbols[right]];
      if (left.id === GONE || !joined) continue;
      // What stood there when the pair was noted may have been joined to something else.
      if (this.mergeOf(left, joined)?.id !== id) continue;
      left.id = id;
      left.length += joined.length;
      joined.id = GONE;
      const after = next[right]!;
      next[place] = after;
      if (after >= 0) previous[after] = place;
      if (previous[place]! >= 0) consider(previous[place]!);
      consider(place);
    }
    return symbols.filter((symbol) => symbol.id !== GONE);
  }

  private mergeOf(left: WordPart, right: WordPart): Merge | undefined {
    return this.merges.get(left.id * this.base + right.id);
  }
}

/** In place of the id of a symbol that was joined to its left neighbour. */
const GONE = -1;

const comesBefore = (a: Candidate, b: Candidate) =>
  a.rank < b.rank || (a.rank === b.rank && a.place < b.place);

/** A binary heap. */
class Queue {
  private readonly items: Candidate[] = [];

  push(item: Candidate): void {
    const { items } = this;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Candidate | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || !last) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && comesBefore(items[child + 1]!, items[child]!)) child++;
      if (!comesBefore(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
