import { tensor2d, type Tensor2D } from "../tfjs";
import { TokenizerError } from "../errors";
import type { BatchEncoding, PaddableColumns, PaddableRow } from "./encoding-types";
import { paddedWidth, padRow, padToRectangle, type PaddingStrategy } from "./padding";
import type { Span } from "./piece";
import { NONE } from "./row";
import type { Side } from "./truncation";

/** How a batch is padded, every question answered. */
export interface BatchPadding {
  strategy: PaddingStrategy;
  /** Width for "max_length". */
  maxLength: number;
  padToMultipleOf: number | undefined;
  side: Side;
  padTokenId: number;
  padTokenTypeId: number;
  returnTensors: "tf" | undefined;
  returnAttentionMask: boolean;
}

/** Rows as columns; a column must be in all rows or in none. */
export function columnsOf(features: readonly PaddableRow[] | PaddableColumns): PaddableColumns {
  if (!Array.isArray(features)) return features as PaddableColumns;
  const rows = features as readonly PaddableRow[];
  const column = (name: keyof PaddableRow): ArrayLike<number>[] | undefined => {
    if (rows[0]?.[name] === undefined) return undefined;
    return rows.map((row, i) => {
      const values = row[name];
      if (values === undefined) {
        throw new TokenizerError(
          `Row ${i} has no ${name}, but row 0 has; it has ${Object.keys(row).join(", ")}.`,
        );
      }
      return values;
    });
  };
  const input_ids = column("input_ids");
  if (input_ids === undefined) {
    const found =
      rows[0] === undefined ? "there are no rows" : `row 0 has ${Object.keys(rows[0]).join(", ")}`;
    throw new TokenizerError(`Rows to pad need input_ids; ${found}. Tokenize the texts first.`);
  }
  const columns: PaddableColumns = { input_ids };
  const token_type_ids = column("token_type_ids");
  const attention_mask = column("attention_mask");
  if (token_type_ids !== undefined) columns.token_type_ids = token_type_ids;
  if (attention_mask !== undefined) columns.attention_mask = attention_mask;
  return columns;
}

function padOffsets(row: readonly Span[], width: number, side: Side): Span[] {
  const padding = Array.from({ length: Math.max(0, width - row.length) }, (): Span => [0, 0]);
  return side === "right" ? [...row, ...padding] : [...padding, ...row];
}

/** Brings all rows to one width; the attention mask is made where there is none. */
export function padColumns(
  columns: PaddableColumns,
  padding: BatchPadding,
): Partial<BatchEncoding<number[][] | Tensor2D>> {
  const { strategy, side } = padding;
  const ids = columns.input_ids;
  const width =
    strategy === "do_not_pad"
      ? undefined
      : paddedWidth(strategy === "longest" ? ids : [...ids, { length: padding.maxLength }], {
          padToMultipleOf: padding.padToMultipleOf,
        });
  const pad = (rows: readonly ArrayLike<number>[], value: number): number[][] | Tensor2D => {
    if (padding.returnTensors === undefined) return rows.map((row) => padRow(row, width ?? 0, value, side));
    const common = width ?? rows[0]?.length ?? 0;
    const other = rows.findIndex(
      (row) => row.length > common || (width === undefined && row.length !== common),
    );
    if (other >= 0) {
      throw new TokenizerError(
        `Texts of ${common} and ${rows[other]?.length} tokens (row ${other}) make no tensor. Give padding: true, and truncation: true to shorten.`,
      );
    }
    return tensor2d(padToRectangle(rows, common, value, side), [rows.length, common], "int32");
  };
  return {
    input_ids: pad(ids, padding.padTokenId),
    ...(columns.token_type_ids && { token_type_ids: pad(columns.token_type_ids, padding.padTokenTypeId) }),
    ...(columns.word_ids && { word_ids: pad(columns.word_ids, NONE) }),
    ...(columns.sequence_ids && { sequence_ids: pad(columns.sequence_ids, NONE) }),
    ...(columns.offset_mapping && {
      offset_mapping: columns.offset_mapping.map((row) => padOffsets(row, width ?? 0, side)),
    }),
    ...(padding.returnAttentionMask && {
      attention_mask: pad(
        columns.attention_mask ?? ids.map((row) => new Array<number>(row.length).fill(1)),
        0,
      ),
    }),
  };
}
