import { TokenizerError } from "../errors";
import type { TypedPart } from "./tokenizer-json";

/** One step of a template: ids of a special token, or the place of the first (A) or second (B) text. */
type Piece = { ids: readonly number[]; typeId: number } | { sequence: "A" | "B"; typeId: number };

/** Token ids with the number of the segment that each belongs to. */
export interface Segments {
  ids: number[];
  typeIds: number[];
}

interface TemplateItem {
  SpecialToken?: { id: string; type_id: number };
  Sequence?: { id: "A" | "B"; type_id: number };
}

function isSequence(piece: Piece): piece is { sequence: "A" | "B"; typeId: number } {
  return "sequence" in piece;
}

const BARE_SINGLE: Piece[] = [{ sequence: "A", typeId: 0 }];
const BARE_PAIR: Piece[] = [
  { sequence: "A", typeId: 0 },
  { sequence: "B", typeId: 1 },
];

/** What the `post_processor` does: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, with the token type of each place. */
export class Template {
  private constructor(
    private readonly single: readonly Piece[],
    private readonly pair: readonly Piece[],
  ) {}

  /**
   * @param config the `post_processor` of a tokenizer.json; null: nothing is added
   * @param idOf   id of a token, or undefined
   * @throws TokenizerError if the kind of post-processor is unknown, or its special tokens are not in the vocabulary
   */
  static from(config: TypedPart | null, idOf: (token: string) => number | undefined, file: string): Template {
    if (config === null) return new Template(BARE_SINGLE, BARE_PAIR);
    const check = (token: string, id: number): number => {
      const known = idOf(token);
      if (known !== id) {
        const found = known === undefined ? "the vocabulary lacks it" : `in the vocabulary it is ${known}`;
        throw new TokenizerError(
          `${file}: the post_processor adds ${JSON.stringify(token)} as id ${id}, but ${found}. Each text needs this token.`,
        );
      }
      return id;
    };
    if (config.type === "BertProcessing") {
      const [cls, sep] = [config.cls as [string, number], config.sep as [string, number]];
      const at = (token: [string, number], typeId: number): Piece => ({ ids: [check(...token)], typeId });
      const head: Piece[] = [at(cls, 0), { sequence: "A", typeId: 0 }, at(sep, 0)];
      return new Template(head, [...head, { sequence: "B", typeId: 1 }, at(sep, 1)]);
    }
    if (config.type !== "TemplateProcessing") {
      throw new TokenizerError(
        `${file}: post_processor of type ${config.type} is not supported (TemplateProcessing and BertProcessing are).`,
      );
    }
    const specials = config.special_tokens as Record<string, { ids: number[]; tokens: string[] }>;
    const pieces = (items: TemplateItem[]): Piece[] =>
      items.map(({ SpecialToken, Sequence }) => {
        if (Sequence !== undefined) return { sequence: Sequence.id, typeId: Sequence.type_id };
        const special = SpecialToken && specials[SpecialToken.id];
        if (SpecialToken === undefined || special === undefined) {
          throw new TokenizerError(
            `${file}: the post_processor uses a special token that it does not define.`,
          );
        }
        const ids = special.ids.map((id, i) => check(special.tokens[i] ?? SpecialToken.id, id));
        return { ids, typeId: SpecialToken.type_id };
      });
    return new Template(pieces(config.single as TemplateItem[]), pieces(config.pair as TemplateItem[]));
  }

  /** How many special tokens are added to one text, or to a pair. */
  addedTokens(isPair: boolean): number {
    const pieces = isPair ? this.pair : this.single;
    return pieces.reduce((sum, piece) => sum + (isSequence(piece) ? 0 : piece.ids.length), 0);
  }

  /**
   * Puts texts into the template.
   *
   * @param a ids of the text
   * @param b ids of the second text of a pair
   * @param addSpecialTokens false: only the ids of the texts, with their token types
   */
  apply(a: readonly number[], b: readonly number[] | undefined, addSpecialTokens: boolean): Segments {
    const template = addSpecialTokens ? [this.single, this.pair] : [BARE_SINGLE, BARE_PAIR];
    const pieces = template[b === undefined ? 0 : 1] ?? BARE_SINGLE;
    const ids: number[] = [];
    const typeIds: number[] = [];
    for (const piece of pieces) {
      const part = isSequence(piece) ? (piece.sequence === "A" ? a : (b ?? [])) : piece.ids;
      for (const id of part) {
        ids.push(id);
        typeIds.push(piece.typeId);
      }
    }
    return { ids, typeIds };
  }
}
