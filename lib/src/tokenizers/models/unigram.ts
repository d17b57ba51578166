import { TokenizerError } from "../../errors";
import type { Span } from "../piece";
import { byteLength } from "../utf8";
import { byteTokens } from "./byte-fallback";
import type { UnigramConfig } from "./configuration";
import type { TokenizerModel } from "./model";

/** An unknown character is so much less likely than the least likely piece. */
const UNKNOWN_PENALTY = 10;

/**
 * The Unigram model: of all ways to cut a word into pieces, the most likely one.
 *
 * The ids are the Rust library's for every word. @huggingface/tokenizers 0.2.0 lets unknown characters that stand side by side be
 * several tokens, and knows no `byte_fallback`.
 *
 * @see Kudo 2018; tokenizers.models.Unigram
 */
export class UnigramModel implements TokenizerModel {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly pieces: SortedPieces;
  private readonly unknownScore: number;

  constructor(
    private readonly config: UnigramConfig,
    private readonly file: string,
  ) {
    this.ids = new Map(config.vocab.map(([piece], id) => [piece, id]));
    this.pieces = new SortedPieces(this.ids);
    const lowest = config.vocab.reduce((least, [, score]) => Math.min(least, score), Infinity);
    this.unknownScore = lowest - UNKNOWN_PENALTY;
  }

  encode(word: string): number[] {
    return this.cut(word).flatMap((piece) => this.idsOf(piece));
  }

  /** Each of the tokens of a piece's bytes stands for the whole piece. */
  spans(word: string): Span[] {
    let start = 0;
    return this.cut(word).flatMap((piece) => {
      const span: Span = [start, (start += byteLength(piece))];
      return this.idsOf(piece).map(() => span);
    });
  }

  private idsOf(piece: string): number[] {
    const id = this.ids.get(piece);
    const bytes = id === undefined && this.config.byte_fallback ? byteTokens(piece, this.ids) : undefined;
    return bytes ?? [id ?? this.unknown(piece)];
  }

  private unknown(piece: string): number {
    if (this.config.unk_id !== null) return this.config.unk_id;
    throw new TokenizerError(
      `${this.file}: the vocabulary cannot spell ${JSON.stringify(piece)}, and model.unk_id names no token for it.`,
    );
  }

  /** The pieces of the most likely path; unknown characters side by side are one. (Viterbi's algorithm.) */
  private cut(word: string): string[] {
    const size = word.length;
    const scores = new Float64Array(size + 1);
    /** Where the last piece of the best path to each place begins, and which it is. */
    const starts = new Int32Array(size + 1).fill(-1);
    const last = new Int32Array(size + 1);
    const offer = (start: number, end: number, id: number, score: number) => {
      if (starts[end] !== -1 && !(score > scores[end]!)) return;
      [scores[end], starts[end], last[end]] = [score, start, id];
    };
    const unknown = this.config.unk_id ?? -1;
    for (let start = 0; start < size;) {
      const width = word.codePointAt(start)! > 0xffff ? 2 : 1;
      let isSpelled = false;
      this.pieces.startingAt(word, start, (end, id) => {
        offer(start, end, id, this.config.vocab[id]![1] + scores[start]!);
        isSpelled ||= end === start + width;
      });
      if (!isSpelled) offer(start, start + width, unknown, this.unknownScore + scores[start]!);
      start += width;
    }
    const pieces: string[] = [];
    let unknownEnd = -1;
    for (let end = size; end > 0; end = starts[end]!) {
      const start = starts[end]!;
      if (last[end] === unknown) {
        if (unknownEnd < 0) unknownEnd = end;
        if (start > 0 && last[start] === unknown) continue;
        pieces.push(word.slice(start, unknownEnd));
        unknownEnd = -1;
      } else pieces.push(word.slice(start, end));
    }
    return pieces.reverse();
  }
}

/** Finds the pieces with which a text goes on. A trie of 250,000 pieces would take a hundred times the memory. */
class SortedPieces {
  private readonly pieces: readonly string[];
  private readonly ids: Int32Array;

  constructor(ids: ReadonlyMap<string, number>) {
    // By UTF-16 code units, which is how strings compare.
    this.pieces = [...ids.keys()].filter((piece) => piece !== "").sort();
    this.ids = Int32Array.from(this.pieces, (piece) => ids.get(piece)!);
  }

  /** Calls back for each piece that stands in the text from `start` on, the shortest first. */
  startingAt(text: string, start: number, visit: (end: number, id: number) => void): void {
    const { pieces } = this;
    let [low, high] = [0, pieces.length];
    for (let length = 1; start + length <= text.length; length++) {
      const unit = text.charCodeAt(start + length - 1);
      // All in this stretch agree with the text in the units before.
      low = this.firstFrom(low, high, length - 1, unit);
      high = this.firstFrom(low, high, length - 1, unit + 1);
      if (low === high) return;
      if (pieces[low]!.length === length) visit(start + length, this.ids[low]!);
    }
  }

  /** The first place in a stretch whose piece has this code unit, or a higher one, at `at`. */
  private firstFrom(low: number, high: number, at: number, unit: number): number {
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = this.pieces[middle]!;
      // One that is too short has none, and stands first.
      if (piece.length > at && piece.charCodeAt(at) >= unit) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
