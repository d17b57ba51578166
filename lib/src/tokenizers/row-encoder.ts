import type { PaddableColumns, TokenizerOptions } from "./encoding-types";
import { offsetsOf } from "./offsets";
import type { Span } from "./piece";
import type { Template } from "./processors/template";
import { trimOffsets } from "./processors/trim-offsets";
import { NONE, type Row, type RowToken, type TextInput } from "./row";
import type { TextEncoder, Token } from "./text-encoder";
import type { CheckedTexts } from "./text-input";
import { truncatePair, type Truncation } from "./truncation";

/** How a row is put together. */
export interface RowOptions {
  addSpecialTokens: boolean;
  /** undefined: texts stay as long as they are. */
  truncation: Truncation | undefined;
}

/** From a text, or a pair, to the rows that a model reads: more than one if what is cut off is wanted too. */
export class RowEncoder {
  /** @param tokenOf how a token is spelled */
  constructor(
    private readonly encoder: TextEncoder,
    private readonly template: Template,
    private readonly tokenOf: (id: number) => string | undefined,
  ) {}

  /** Columns of ids, and of where they come from as far as it is asked for; beside them the number of the text of each row. */
  columns(
    { texts, pairs }: CheckedTexts,
    options: RowOptions,
    asked: Pick<TokenizerOptions, "returnWordIds" | "returnSequenceIds" | "returnOffsetsMapping">,
  ): { columns: PaddableColumns; typeIds: number[][]; samples: number[] } {
    const { returnWordIds, returnSequenceIds, returnOffsetsMapping } = asked;
    const isPlaced = [returnWordIds, returnSequenceIds, returnOffsetsMapping].some(Boolean);
    const typeIds: number[][] = [];
    const samples: number[] = [];
    const ids: number[][] = [];
    const tokens: RowToken[][] = [];
    for (const [sample, text] of texts.entries()) {
      const pair = pairs?.[sample];
      const rows = isPlaced ? this.tokens(text, pair, options) : this.ids(text, pair, options);
      for (const { items, typeIds: types } of rows) {
        if (isPlaced) tokens.push(items as RowToken[]);
        else ids.push(items as number[]);
        typeIds.push(types);
        samples.push(sample);
      }
    }
    const column = (value: (token: RowToken) => number) => tokens.map((row) => row.map(value));
    const columns: PaddableColumns = { input_ids: isPlaced ? column(({ id }) => id) : ids };
    if (returnWordIds) columns.word_ids = column(({ word }) => word);
    if (returnSequenceIds) columns.sequence_ids = column(({ sequence }) => sequence);
    if (returnOffsetsMapping) {
      const unit = returnOffsetsMapping === "codePoints" ? "codePoints" : "codeUnits";
      columns.offset_mapping = tokens.map((row, i) =>
        offsetsOf(row, [texts[samples[i]!]!, pairs?.[samples[i]!]], unit),
      );
    }
    return { columns, typeIds, samples };
  }

  /** Rows of ids. */
  private ids(text: TextInput, pair: TextInput | undefined, options: RowOptions): Row<number>[] {
    const read = (each: TextInput, ...limits: Limits) =>
      typeof each === "string"
        ? this.encoder.encode(each, ...limits)
        : each.flatMap((word) => this.encoder.encode(word, ...limits));
    return this.arrange(
      text,
      pair,
      options,
      read,
      (id) => id,
      (ids) => ids,
    );
  }

  /** Rows of tokens that know where they come from. */
  private tokens(text: TextInput, pair: TextInput | undefined, options: RowOptions): Row<RowToken>[] {
    const special = (id: number): RowToken => ({ ...SPECIAL, id });
    const read = (each: TextInput, ...limits: Limits) => this.read(each, limits);
    return this.arrange(text, pair, options, read, special, (tokens, sequence) =>
      this.template.trims
        .reduce((trimmed, trim) => trimOffsets(trimmed, trim, this.tokenOf), tokens)
        .map((token): RowToken => ({ ...token, sequence })),
    );
  }

  private read(text: TextInput, limits: Limits): Token[] {
    if (typeof text === "string") return this.encoder.tokens(text, ...limits);
    return text.flatMap((each, word) =>
      this.encoder.tokens(each, ...limits).map((token) => ({ ...token, word })),
    );
  }

  /** Reads one text or two, shortens them and sets the special tokens around them. */
  private arrange<Read, Item>(
    text: TextInput,
    pair: TextInput | undefined,
    { addSpecialTokens, truncation }: RowOptions,
    read: (text: TextInput, ...limits: Limits) => readonly Read[],
    special: (id: number) => Item,
    finish: (tokens: readonly Read[], sequence: number) => readonly Item[],
  ): Row<Item>[] {
    // The Rust library stops reading there, which shows; what is cut off is all there only if it does not.
    const isWhole = !truncation || truncation.strategy === "only_second" || truncation.stride !== undefined;
    const limits: Limits = [
      isWhole ? Infinity : truncation.maxLength,
      truncation?.side === "left" ? "right" : "left",
    ];
    const a = read(text, ...limits);
    const b = pair === undefined ? undefined : read(pair, ...limits);
    const pairs = truncation ? truncatePair(a, b, truncation) : [[a, b] as const];
    return pairs.map(([first, second]) =>
      this.template.apply(finish(first, 0), second && finish(second, 1), addSpecialTokens, special),
    );
  }
}

type Limits = [limit: number, from: "left" | "right"];

const SPECIAL = { word: NONE, span: [0, 0] as Span, added: undefined, sequence: NONE };
