import { toFloat32 } from "../../checkpoints/float-formats";
import type { StateDict } from "../../checkpoints/dtypes";
import { ConfigError } from "../../errors";
import type { GraphBuilder, GraphValue, HeadSizes, LinearWeights } from "../../models/graph-builder";
import type { Activation } from "../../ops/linear";
import type { OnnxGraph } from "./graph";
import { type Matrix, type Precision, scalar } from "./precision";
import { DATA_TYPE, floats, integers } from "./tensor";

/** What stands for minus infinity where padding is looked at: the lowest number of the type. */
const LOWEST = { float32: -3.4028234663852886e38, float16: -65504 };

/** Makes an ONNX graph of what a model says of itself. */
export class OnnxBuilder implements GraphBuilder {
  readonly inputIds = "input_ids" as GraphValue;
  readonly tokenTypeIds = "token_type_ids" as GraphValue;

  constructor(
    private readonly graph: OnnxGraph,
    private readonly weights: StateDict,
    private readonly precision: Precision,
    private readonly prefix = "",
  ) {}

  within(part: string): OnnxBuilder {
    return new OnnxBuilder(this.graph, this.weights, this.precision, `${this.prefix}${part}.`);
  }

  embedding(table: string, ids: GraphValue): GraphValue {
    const matrix = this.matrix(table);
    return this.precision.rows(this.graph, matrix, ids, matrix.name) as GraphValue;
  }

  positions(table: string, first = 0): GraphValue {
    const matrix = this.matrix(table);
    const { name, columns } = matrix;
    const rows = matrix.rows - first;
    // Those before the first are of no use there.
    const values = matrix.values.subarray(first * columns);
    const weight = this.graph.constant(name, () => floats(values, [rows, columns], this.precision.type));
    const [length] = this.graph.add("Shape", [this.inputIds], name, { start: 1, end: 2 });
    const zero = this.graph.constant("zero", () => integers([0]));
    return this.step("Slice", [weight, zero, length, zero], name);
  }

  add(a: GraphValue, b: GraphValue): GraphValue {
    return this.step("Add", [a, b], this.prefix.replace(/\.$/, ""));
  }

  layerNorm(name: string, x: GraphValue, eps: number): GraphValue {
    const label = `${this.prefix}${name}`;
    const inputs = [x, this.vector(`${name}.weight`), this.vector(`${name}.bias`)];
    return this.step("LayerNormalization", inputs, label, { axis: -1, epsilon: { float: eps } });
  }

  linear(layer: string | LinearWeights, x: GraphValue, activation?: Activation): GraphValue {
    const weights = typeof layer === "string" ? { weight: `${layer}.weight`, bias: `${layer}.bias` } : layer;
    const matrix = this.matrix(weights.weight);
    const label = typeof layer === "string" ? `${this.prefix}${layer}` : matrix.name;
    let y = this.precision.product(this.graph, x, matrix, label) as GraphValue;
    if (weights.bias !== undefined) y = this.step("Add", [y, this.vector(weights.bias)], label);
    return activation === undefined ? y : this.activations[activation](y, label);
  }

  private readonly activations: Record<Activation, (x: GraphValue, label: string) => GraphValue> = {
    gelu: (x, label) => this.gelu(x, label),
    gelu_new: (x, label) => this.geluNew(x, label),
    relu: (x, label) => this.step("Relu", [x], label),
    tanh: (x, label) => this.step("Tanh", [x], label),
  };

  /** x / 2 (1 + tanh(√(2 / π) (x + 0.044715 x³))) */
  private geluNew(x: GraphValue, label: string): GraphValue {
    const cube = this.step("Mul", [this.step("Mul", [x, x], label), x], label);
    const cubic = this.step("Mul", [cube, this.number("cubic", 0.044715)], label);
    const sum = this.step("Add", [x, cubic], label);
    const scaled = this.step("Mul", [sum, this.number("sqrt2pi", Math.sqrt(2 / Math.PI))], label);
    const tanh = this.step("Add", [this.step("Tanh", [scaled], label), this.number("one", 1)], label);
    return this.step("Mul", [this.step("Mul", [x, tanh], label), this.number("half", 0.5)], label);
  }

  /** x / 2 (1 + erf(x / √2)), in the order in which runtimes recognise it. */
  private gelu(x: GraphValue, label: string): GraphValue {
    const scaled = this.step("Div", [x, this.number("sqrt2", Math.SQRT2)], label);
    const erf = this.step("Add", [this.step("Erf", [scaled], label), this.number("one", 1)], label);
    return this.step("Mul", [this.step("Mul", [x, erf], label), this.number("half", 0.5)], label);
  }

  attention(
    query: GraphValue,
    key: GraphValue,
    value: GraphValue,
    { heads, hiddenSize }: HeadSizes,
  ): GraphValue {
    const label = this.prefix.replace(/\.$/, "");
    const size = hiddenSize / heads;
    const split = this.graph.constant(`heads.${heads}x${size}`, () => integers([0, 0, heads, size]));
    const join = this.graph.constant(`hidden.${hiddenSize}`, () => integers([0, 0, hiddenSize]));
    const byHead = (x: GraphValue, perm: readonly number[]) =>
      this.step("Transpose", [this.step("Reshape", [x, split], label)], label, { perm });
    const q = this.step(
      "Mul",
      [byHead(query, [0, 2, 1, 3]), this.number(`scale.${size}`, 1 / Math.sqrt(size))],
      label,
    );
    const scores = this.step("MatMul", [q, byHead(key, [0, 2, 3, 1])], label);
    const masked = this.step("Add", [scores, this.graph.once("mask", () => this.mask())], label);
    const shares = this.step("Softmax", [masked], label, { axis: -1 });
    const context = this.step("MatMul", [shares, byHead(value, [0, 2, 1, 3])], label);
    const bySequence = this.step("Transpose", [context], label, { perm: [0, 2, 1, 3] });
    return this.step("Reshape", [bySequence, join], label);
  }

  firstToken(x: GraphValue): GraphValue {
    const first = this.graph.constant("first", () => integers([0], []));
    return this.step("Gather", [x, first], `${this.prefix}first_token`, { axis: 1 });
  }

  column(x: GraphValue, index: number): GraphValue {
    const place = this.graph.constant(`column.${index}`, () => integers([index], []));
    return this.step("Gather", [x, place], `${this.prefix}column_${index}`, { axis: 2 });
  }

  /** 0 at tokens, the lowest number at padding: [batch, 1, 1, length] */
  private mask(): string {
    const { type } = this.precision;
    const axes = this.graph.constant("mask.axes", () => integers([1, 2]));
    const seen = this.step("Cast", ["attention_mask"], "padding", { to: DATA_TYPE[type] });
    const wide = this.step("Unsqueeze", [seen, axes], "padding");
    const hidden = this.step("Sub", [this.number("one", 1), wide], "padding");
    return this.step("Mul", [hidden, this.number("lowest", LOWEST[type])], "padding");
  }

  private step(
    op: string,
    inputs: readonly string[],
    label: string,
    attributes?: Parameters<OnnxGraph["add"]>[3],
  ): GraphValue {
    return this.graph.add(op, inputs, label, attributes)[0] as GraphValue;
  }

  private number(name: string, value: number): string {
    return this.graph.constant(name, () => scalar(value, this.precision.type));
  }

  private vector(name: string): string {
    const { name: full, values, shape } = this.weight(name);
    return this.graph.constant(full, () => floats(values, shape, this.precision.type));
  }

  private matrix(name: string): Matrix {
    const { name: full, values, shape } = this.weight(name);
    return { name: full, values, rows: shape[0]!, columns: shape[1]! };
  }

  private weight(part: string) {
    const name = `${this.prefix}${part}`;
    const tensor = this.weights.get(name);
    if (!tensor) throw new ConfigError(`The model has no parameter '${name}' to export.`);
    return { name, values: toFloat32(tensor), shape: tensor.shape };
  }
}
