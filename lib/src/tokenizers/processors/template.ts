import { makePart, optionOf, type Part, partsOf, type PartTable, wrongPart } from "../parts";
import type { OffsetTrim } from "./trim-offsets";

/** One step of a template: ids of a special token, or the place of the first (A) or second (B) text. */
type Piece = { ids: readonly number[]; typeId: number } | { sequence: "A" | "B"; typeId: number };

function isSequence(piece: Piece): piece is { sequence: "A" | "B"; typeId: number } {
  return "sequence" in piece;
}

const A: Piece = { sequence: "A", typeId: 0 };
const BARE_PAIR: readonly Piece[] = [A, { sequence: "B", typeId: 1 }];

/** What the `post_processor` does: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, with the token type of each place. */
export class Template {
  constructor(
    private readonly single: readonly Piece[] = [A],
    private readonly pair: readonly Piece[] = BARE_PAIR,
    /** A pair without special tokens. */
    private readonly barePair: readonly Piece[] = BARE_PAIR,
    private readonly bareSingle: readonly Piece[] = [A],
    /** What is done to where tokens come from, one after the other. */
    readonly trims: readonly OffsetTrim[] = [],
  ) {}

  /**
   * @param part the `post_processor` of a tokenizer.json; undefined: nothing is added
   * @param idOf id of a token, or undefined
   * @throws TokenizerError if the kind of post-processor is unknown, or its special tokens are not in the vocabulary
   */
  static from(part: Part | undefined, idOf: (token: string) => number | undefined): Template {
    if (!part) return new Template();
    const { template = new Template(), trims } = processorOf(part, idOf);
    return template.withTrims(trims);
  }

  /** How many special tokens are added to one text, or to a pair. */
  addedTokens(isPair: boolean): number {
    const pieces = isPair ? this.pair : this.single;
    return pieces.reduce((sum, piece) => sum + (isSequence(piece) ? 0 : piece.ids.length), 0);
  }

  /**
   * Puts texts into the template.
   *
   * @param a tokens of the text
   * @param b tokens of the second text of a pair
   * @param addSpecialTokens false: only the tokens of the texts, with their token types
   * @param special makes a token of the id of a special one
   * @returns all tokens, with the number of the segment that each belongs to
   */
  apply<Item>(
    a: readonly Item[],
    b: readonly Item[] | undefined,
    addSpecialTokens: boolean,
    special: (id: number) => Item,
  ): { items: Item[]; typeIds: number[] } {
    const [single, pair] = addSpecialTokens ? [this.single, this.pair] : [this.bareSingle, this.barePair];
    const items: Item[] = [];
    const typeIds: number[] = [];
    for (const piece of b === undefined ? single : pair) {
      const part = isSequence(piece) ? (piece.sequence === "A" ? a : (b ?? [])) : piece.ids.map(special);
      for (const item of part) {
        items.push(item);
        typeIds.push(piece.typeId);
      }
    }
    return { items, typeIds };
  }

  /** The same, with trims before its own. */
  withTrims(trims: readonly OffsetTrim[]): Template {
    const { single, pair, barePair, bareSingle } = this;
    return new Template(single, pair, barePair, bareSingle, [...trims, ...this.trims]);
  }
}

type IdOf = (token: string) => number | undefined;

interface Processor {
  /** undefined: one that adds nothing. */
  template?: Template | undefined;
  trims: readonly OffsetTrim[];
}

function processorOf(part: Part, idOf: IdOf): Processor {
  return makePart(part, PROCESSORS)(idOf);
}

function trimsOf(part: Part): OffsetTrim[] {
  const hasPrefixSpace = optionOf(part, "add_prefix_space", "boolean", true);
  return optionOf(part, "trim_offsets", "boolean", true) ? [{ hasPrefixSpace }] : [];
}

const PROCESSORS: PartTable<(idOf: IdOf) => Processor> = {
  BertProcessing: (part) => (idOf) => {
    const [cls, sep] = frame(part, idOf);
    const single = [at(cls, 0), A, at(sep, 0)];
    const template = new Template(single, [...single, { sequence: "B", typeId: 1 }, at(sep, 1)]);
    return { template, trims: [] };
  },
  ByteLevel: (part) => () => ({ trims: trimsOf(part) }),
  RobertaProcessing: (part) => (idOf) => {
    const [cls, sep] = frame(part, idOf);
    const single = [at(cls, 0), A, at(sep, 0)];
    const b: Piece = { sequence: "B", typeId: 0 };
    const template = new Template(single, [...single, at(sep, 0), b, at(sep, 0)], [A, b]);
    return { template, trims: trimsOf(part) };
  },
  Sequence: (part) => (idOf) => {
    const made = partsOf(part, "processors").map((each) => processorOf(each, idOf));
    const [template, second] = made.flatMap((each) => each.template ?? []);
    if (second) throw wrongPart(part, "more than one processor that adds tokens is not supported");
    return { template, trims: made.flatMap(({ trims }) => trims) };
  },
  TemplateProcessing: (part) => (idOf) => {
    const [single, pair] = [templatePieces(part, "single", idOf), templatePieces(part, "pair", idOf)];
    const template = new Template(single, pair, pair.filter(isSequence), single.filter(isSequence));
    return { template, trims: [] };
  },
};

const at = (id: number, typeId: number): Piece => ({ ids: [id], typeId });

/** The ids of the tokens that stand before and after a text. */
function frame(part: Part, idOf: IdOf): [cls: number, sep: number] {
  const [cls, sep] = ["cls", "sep"].map((name) => {
    const token = part.options[name];
    if (!Array.isArray(token) || typeof token[0] !== "string") {
      throw wrongPart(part, `${name} is no pair of a token and its id`);
    }
    return checkedId(part, token[0], token[1], idOf);
  }) as [number, number];
  return [cls, sep];
}

function checkedId(part: Part, token: string, id: unknown, idOf: IdOf): number {
  const known = idOf(token);
  if (known !== undefined && known === id) return known;
  const found = known === undefined ? "the vocabulary lacks it" : `in the vocabulary it is ${known}`;
  throw wrongPart(
    part,
    `it adds ${JSON.stringify(token)} as id ${JSON.stringify(id)}, but ${found}. Each text needs this token`,
  );
}

interface TemplateItem {
  SpecialToken?: { id: string; type_id: number };
  Sequence?: { id: "A" | "B"; type_id: number };
}

function templatePieces(part: Part, key: "single" | "pair", idOf: IdOf): Piece[] {
  const items = part.options[key] as TemplateItem[] | undefined;
  if (!Array.isArray(items)) throw wrongPart(part, `${key} is no list`);
  const specials = Object.entries((part.options.special_tokens ?? {}) as Record<string, unknown>);
  const definitions = new Map(specials as [string, { ids?: unknown; tokens?: unknown } | null][]);
  return items.map((item) => {
    const { SpecialToken, Sequence } = item ?? {};
    if (Sequence?.id === "A" || Sequence?.id === "B") {
      return { sequence: Sequence.id, typeId: Number(Sequence.type_id) };
    }
    const special = SpecialToken && definitions.get(SpecialToken.id);
    const { ids, tokens = [] } = special ?? {};
    if (!SpecialToken || !Array.isArray(ids) || !Array.isArray(tokens)) {
      throw wrongPart(part, `${key} uses a special token that it does not define`);
    }
    const own = (tokens as unknown[]).map(String);
    return {
      ids: ids.map((id: unknown, i) => checkedId(part, own[i] ?? SpecialToken.id, id, idOf)),
      typeId: Number(SpecialToken.type_id),
    };
  });
}
