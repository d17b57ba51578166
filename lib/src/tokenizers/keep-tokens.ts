import { TokenizerError } from "../errors";
import type { TokenizerJson, TypedPart } from "./tokenizer-json";

/**
 * A tokenizer.json with some of its tokens only, under new ids.
 *
 * @param ids   old ids, in the order of the new ones
 * @param name  of the tokenizer, for messages
 * @throws TokenizerError if an id is none or stands twice, or an added token is left out
 */
export function keepTokens(json: TokenizerJson, ids: readonly number[], name: string): TokenizerJson {
  const { model } = json;
  if (model.type !== "WordPiece") {
    throw new TokenizerError(
      `${name}: its model is ${model.type}; of WordPiece alone tokens can be left out, since others cut words by all of them.`,
    );
  }
  const tokenOf = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token]));
  for (const { id, content } of json.added_tokens) tokenOf.set(id, content);
  const entries = new Map<string, number>();
  for (const [id, old] of ids.entries()) {
    const token = tokenOf.get(old);
    if (token === undefined) throw new TokenizerError(`${name}: no token has the id ${old}.`);
    if (entries.has(token))
      throw new TokenizerError(`${name}: token ${JSON.stringify(token)} is kept twice.`);
    entries.set(token, id);
  }
  const added_tokens = json.added_tokens.map((added) => {
    const id = entries.get(added.content);
    if (id === undefined) {
      throw new TokenizerError(
        `${name}: ${JSON.stringify(added.content)} has to stay; it is an added token.`,
      );
    }
    return { ...added, id };
  });
  return {
    ...json,
    // Bounds that a file was saved with are those of calls, which say themselves what they want.
    ...{ truncation: null, padding: null },
    added_tokens,
    post_processor: renumbered(json.post_processor, entries),
    model: { ...model, vocab: Object.fromEntries(entries) },
  };
}

/** The special tokens that a template sets, under their new ids. */
function renumbered(part: TypedPart | null, vocab: ReadonlyMap<string, number>): TypedPart | null {
  if (part?.type === "Sequence") {
    const processors = part.processors as TypedPart[];
    return { ...part, processors: processors.map((each) => renumbered(each, vocab)) };
  }
  if (part?.type === "BertProcessing" || part?.type === "RobertaProcessing") {
    const move = ([token]: [string, number]) => [token, vocab.get(token)];
    return { ...part, cls: move(part.cls as [string, number]), sep: move(part.sep as [string, number]) };
  }
  if (part?.type !== "TemplateProcessing") return part;
  const specials = part.special_tokens as Record<string, { id: string; tokens: string[] }>;
  const special_tokens = Object.fromEntries(
    Object.entries(specials).map(([key, special]) => [
      key,
      { ...special, ids: special.tokens.map((token) => vocab.get(token)) },
    ]),
  );
  return { ...part, special_tokens };
}
