import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { PreTrainedTokenizer } from "../../lib/src/tokenizers/pretrained-tokenizer";
import { parseTokenizerJson } from "../../lib/src/tokenizers/tokenizer-json";

/** Where tokens come from, counted as Python counts. */
type Places = [words: number[], sequences: number[], offsets: (readonly [number, number])[]];

/** What the Rust library makes of a text. */
export interface Answer {
  ids: number[];
  decoded: string;
  skipped: string;
  places: Places;
  pair?: [ids: number[], types: number[], bareIds: number[], bareTypes: number[]];
  pairPlaces?: Places;
  /** Split into words at spaces. */
  split?: [ids: number[], ...places: Places];
  /** Of the pair, with the second text in windows of five tokens, each of which repeats two; truncated on the right, on the left. */
  windows?: [ids: number[], ...places: Places][][];
}

const PLACES = {
  returnWordIds: true,
  returnSequenceIds: true,
  returnOffsetsMapping: "codePoints",
} as const;

function placesOf(row: { word_ids: number[]; sequence_ids: number[]; offset_mapping: Places[2] }): Places {
  return [row.word_ids, row.sequence_ids, row.offset_mapping];
}

function windowsOf(
  tokenizer: PreTrainedTokenizer,
  side: "left" | "right",
  text: string,
  textPair: string,
): [number[], ...Places][] {
  tokenizer.truncationSide = side;
  const room = tokenizer.encode(text, { addSpecialTokens: false }).length;
  const rows = tokenizer(text, {
    textPair,
    truncation: "only_second",
    maxLength: room + tokenizer.numSpecialTokensToAdd(true) + 5,
    stride: 2,
    returnOverflowingTokens: true,
    ...PLACES,
  });
  tokenizer.truncationSide = "right";
  assert.deepEqual(rows.overflow_to_sample_mapping, new Array(rows.input_ids.length).fill(0));
  return rows.input_ids.map((ids, i) => [
    ids,
    rows.word_ids[i]!,
    rows.sequence_ids[i]!,
    rows.offset_mapping[i]!,
  ]);
}

/** Where a value differs from another one first, and what is there. */
function firstDifference(value: unknown, other: unknown): string {
  const at = Array.isArray(value)
    ? value.findIndex((each, i) => !isDeepStrictEqual(each, (other as unknown[] | undefined)?.[i]))
    : -1;
  if (at < 0) return JSON.stringify(value);
  return `[${at}]${firstDifference((value as unknown[])[at], (other as unknown[] | undefined)?.[at])}`;
}

/** Every text has to give what the Rust library gave. */
export function assertCutsAs(content: unknown, texts: readonly string[], answers: readonly Answer[]): void {
  const json = parseTokenizerJson(content, "tokenizer.json");
  const tokenizer = new PreTrainedTokenizer({
    json,
    config: { tokenizer_class: "TokenizersBackend" },
    file: "tokenizer.json",
  });
  const different: string[] = [];
  for (const [i, text] of texts.entries()) {
    const theirs = answers[i]!;
    const { input_ids: ids, ...placed } = tokenizer(text, PLACES);
    assert.deepEqual(
      tokenizer(text).input_ids,
      ids,
      "the ids are the same if nobody asks where they come from",
    );
    const ours: Answer = {
      ids,
      places: placesOf(placed),
      decoded: tokenizer.decode(theirs.ids),
      skipped: tokenizer.decode(theirs.ids, { skipSpecialTokens: true }),
    };
    if (theirs.pair) {
      const other = texts.at(i - 1)!;
      const pair = tokenizer(text, { textPair: other, ...PLACES });
      const bare = tokenizer(text, { textPair: other, addSpecialTokens: false });
      ours.pair = [pair.input_ids, pair.token_type_ids, bare.input_ids, bare.token_type_ids];
      ours.pairPlaces = placesOf(pair);
      const split = tokenizer(text.split(" "), { isSplitIntoWords: true, ...PLACES });
      ours.split = [split.input_ids, ...placesOf(split)];
    }
    if (theirs.windows) {
      const sides = ["right", "left"] as const;
      ours.windows = sides.map((side) => windowsOf(tokenizer, side, text, texts.at(i - 1)!));
    }
    if (!isDeepStrictEqual(ours, theirs)) {
      const fields = Object.keys(theirs) as (keyof Answer)[];
      const field = fields.find((each) => !isDeepStrictEqual(ours[each], theirs[each]))!;
      const show = (answer: Answer) =>
        field === "ids"
          ? tokenizer.convertIdsToTokens(answer.ids).join(" ")
          : firstDifference(answer[field], answer === ours ? theirs[field] : ours[field]);
      different.push(`${JSON.stringify(text)}, ${field}: ${show(ours)}, by Rust ${show(theirs)}`);
    }
  }
  assert.equal(different.length, 0, different.slice(0, 5).join("\n"));
}
