import { optionOf, type Part, wrongPart } from "../parts";
import type { Change, Piece } from "../piece";
import { graphemesOf } from "../unicode/graphemes";

/** A normalizer of more, in units of the trie: SentencePiece's are of a tenth of it. */
const MOST_UNITS = 2 ** 22;
/** Longer graphemes (in bytes of UTF-8) are looked up character by character. */
const LONGEST_GRAPHEME = 6;

/**
 * The normalizer that a SentencePiece model brings along: a table from pieces of text to what stands for them.
 *
 * @throws TokenizerError if the table cannot be read
 * @see sentencepiece's normalizer.cc; the crate spm_precompiled, whose oddities this has too: of a grapheme's beginnings that
 *   are in the table, the shortest stands for the whole grapheme
 */
export function precompiled(part: Part): (piece: Piece) => Piece {
  const bytes = bytesOf(optionOf(part, "precompiled_charsmap", "string"));
  const view = new DataView(bytes.buffer);
  const trieBytes = bytes.length < 4 ? NaN : view.getUint32(0, true);
  if (!(trieBytes % 4 === 0 && trieBytes + 4 <= bytes.length && trieBytes / 4 <= MOST_UNITS)) {
    throw wrongPart(part, "precompiled_charsmap is no table of SentencePiece's");
  }
  const trie = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const table = new CharacterTable(trie, bytes.subarray(4 + trieBytes));
  return (piece) => {
    const replaced = table.replaced(piece.text);
    if (piece.isTracked) return piece.transform(changesOf(replaced));
    return piece.withText(Array.from(replaced, ([, after]) => after).join(""));
  };
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class CharacterTable {
  /** Answers for characters; undefined: it stays. */
  private readonly known = new Map<string, string | undefined>();

  constructor(
    private readonly trie: Uint32Array,
    /** What stands for each entry, with a byte of 0 behind. */
    private readonly replacements: Uint8Array,
  ) {}

  /** The graphemes and characters of a text, and what stands for each. */
  *replaced(text: string): Generator<[before: string, after: string]> {
    for (const segment of isPlain(text) ? text : graphemesOf(text)) {
      const whole = byteLength(segment) < LONGEST_GRAPHEME ? this.lookUp(segment) : undefined;
      if (whole !== undefined) yield [segment, whole];
      else for (const character of segment) yield [character, this.lookUp(character) ?? character];
    }
  }

  private lookUp(piece: string): string | undefined {
    if (this.known.has(piece)) return this.known.get(piece);
    const answer = this.find(encoder.encode(piece));
    if (this.known.size < 100_000) this.known.set(piece, answer);
    return answer;
  }

  /** The replacement of the shortest beginning that the double-array trie has. @see Darts-clone, commonPrefixSearch */
  private find(bytes: Uint8Array): string | undefined {
    const { trie } = this;
    let place = offsetOf(trie[0] ?? 0);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      place ^= byte;
      const unit = trie[place];
      if (unit === undefined || labelOf(unit) !== byte) return undefined;
      place ^= offsetOf(unit);
      if (hasLeaf(unit)) return this.replacementAt((trie[place] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  private replacementAt(start: number): string {
    const end = this.replacements.indexOf(0, start);
    return decoder.decode(this.replacements.subarray(start, end < 0 ? undefined : end));
  }
}

/** What each character stands for: the first ones for those that were there, and the last one for all that are left over. */
function changesOf(replaced: Iterable<[before: string, after: string]>): Change[] {
  const changes: [string, number][] = [];
  for (const [before, after] of replaced) {
    const count = Array.from(before).length;
    const characters = Array.from(after);
    for (const [i, character] of characters.entries()) changes.push([character, i < count ? 0 : 1]);
    // What becomes of nothing is said by the character before, if there is one.
    const last = changes.at(-1);
    if (last && characters.length < count) last[1] -= count - characters.length;
  }
  return changes;
}

// The fields of a unit of the trie.
const hasLeaf = (unit: number) => ((unit >>> 8) & 1) === 1;
const labelOf = (unit: number) => (unit & 0x800000ff) >>> 0;
const offsetOf = (unit: number) => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);

/** Whether each character is a grapheme by itself. */
const isPlain = (text: string) => /^[ -~]*$/.test(text);

const byteLength = (text: string) => encoder.encode(text).length;
