import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { PreTrainedTokenizer } from "../../lib/src/tokenizers/pretrained-tokenizer";
import { parseTokenizerJson } from "../../lib/src/tokenizers/tokenizer-json";

/** What the Rust library makes of a text. */
export interface Answer {
  ids: number[];
  decoded: string;
  skipped: string;
  pair?: [ids: number[], types: number[], bareIds: number[], bareTypes: number[]];
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
    const { input_ids: ids } = tokenizer(text);
    const ours: Answer = {
      ids,
      decoded: tokenizer.decode(theirs.ids),
      skipped: tokenizer.decode(theirs.ids, { skipSpecialTokens: true }),
    };
    if (theirs.pair) {
      const other = texts.at(i - 1)!;
      const pair = tokenizer(text, { textPair: other });
      const bare = tokenizer(text, { textPair: other, addSpecialTokens: false });
      ours.pair = [pair.input_ids, pair.token_type_ids, bare.input_ids, bare.token_type_ids];
    }
    if (!isDeepStrictEqual(ours, theirs)) {
      const fields = Object.keys(theirs) as (keyof Answer)[];
      const field = fields.find((each) => !isDeepStrictEqual(ours[each], theirs[each]))!;
      const show = (answer: Answer) =>
        field === "ids" ? tokenizer.convertIdsToTokens(answer.ids).join(" ") : JSON.stringify(answer[field]);
      different.push(`${JSON.stringify(text)}, ${field}: ${show(ours)}, by Rust ${show(theirs)}`);
    }
  }
  assert.equal(different.length, 0, different.slice(0, 5).join("\n"));
}
