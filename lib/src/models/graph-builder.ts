import type { Activation } from "../ops/linear";

/** A value in a graph that is being described; what it is, only its builder knows. */
export type GraphValue = string & { readonly __graphValue: unique symbol };

/** Where a linear layer's numbers are, by the names of parameters. */
export interface LinearWeights {
  /** [out, in] */
  weight: string;
  /** [out] */
  bias?: string;
}

/** What a graph gives, under a name of transformers' outputs. */
export interface GraphOutput {
  value: GraphValue;
  /** A name stands for a length that differs from call to call. */
  shape: readonly (number | "batch_size" | "sequence_length")[];
}
export type GraphOutputs = Readonly<Record<string, GraphOutput>>;

export interface HeadSizes {
  /** How many heads look, each at its own columns. */
  heads: number;
  /** Columns of all of them together. */
  hiddenSize: number;
}

/**
 * What a model is described with to run elsewhere, as it computes without labels and without dropout: the same operations as
 * in `ops/`, on padded batches. The names are those of the model's parameters. `export/onnx` makes a file of it.
 */
export interface GraphBuilder {
  /** [batch, length] */
  readonly inputIds: GraphValue;
  /** [batch, length] */
  readonly tokenTypeIds: GraphValue;

  /** The same builder for a part of the model: its names begin with `part.`. */
  within(part: string): GraphBuilder;

  /** The rows of a table. @returns [batch, length, columns] */
  embedding(table: string, ids: GraphValue): GraphValue;
  /** The rows of a table from `first` (default 0) on, as many as a sequence is long. @returns [length, columns] */
  positions(table: string, first?: number): GraphValue;
  add(a: GraphValue, b: GraphValue): GraphValue;
  /** Over the last axis; `name` has a weight and a bias. */
  layerNorm(name: string, x: GraphValue, eps: number): GraphValue;
  /** @param layer  the name of a layer with weight and bias, or the names of both */
  linear(layer: string | LinearWeights, x: GraphValue, activation?: Activation): GraphValue;
  /** Each token looks at those of its sequence that are no padding. Operands and result: [batch, length, hidden] */
  attention(query: GraphValue, key: GraphValue, value: GraphValue, heads: HeadSizes): GraphValue;
  /** [batch, length, columns] to [batch, columns] */
  firstToken(x: GraphValue): GraphValue;
  /** One column: [batch, length, columns] to [batch, length] */
  column(x: GraphValue, index: number): GraphValue;
}
