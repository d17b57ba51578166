import type { OnnxGraph } from "./graph";
import { bytes, DATA_TYPE, floats, type OnnxTensor, transposed } from "./tensor";

/** A matrix of the model. */
export interface Matrix {
  /** Of the parameter. */
  name: string;
  /** [rows, columns] */
  values: Float32Array;
  rows: number;
  columns: number;
}

/** How a graph holds its weights and computes with them. */
export interface Precision {
  /** Of everything that is computed. */
  readonly type: "float32" | "float16";
  /** x [..., columns] times the matrix's transpose. @returns [..., rows] */
  product(graph: OnnxGraph, x: string, matrix: Matrix, label: string): string;
  /** Rows of the matrix by their numbers. */
  rows(graph: OnnxGraph, matrix: Matrix, ids: string, label: string): string;
}

/** Weights and activations as they are, or rounded to half precision. */
export class Floats implements Precision {
  constructor(readonly type: "float32" | "float16") {}

  product(graph: OnnxGraph, x: string, matrix: Matrix, label: string): string {
    const { rows, columns, values, name } = matrix;
    // A table that is a matrix too (a tied decoder) is not stored twice; runtimes turn it over when they load it.
    const weight = graph.initializers.has(name)
      ? graph.add("Transpose", [name], label, { perm: [1, 0] })[0]
      : graph.constant(`${name}.T`, () =>
          floats(transposed(values, rows, columns), [columns, rows], this.type),
        );
    return graph.add("MatMul", [x, weight], label)[0];
  }

  rows(graph: OnnxGraph, { name, values, rows, columns }: Matrix, ids: string, label: string): string {
    const table = graph.constant(name, () => floats(values, [rows, columns], this.type));
    return graph.add("Gather", [table, ids], label)[0];
  }
}

/**
 * Weights in 8 bits with a scale for each row; what is multiplied with them is cut to 8 bits as it comes. Matrices use
 * seven of the bits: processors without VNNI add pairs of products in 16 bits, which would not hold more.
 *
 * @see onnxruntime.quantization.quantize_dynamic with per_channel and reduce_range
 */
export class DynamicInt8 implements Precision {
  readonly type = "float32";
  /** Each value is cut to 8 bits once, however many products it goes into. */
  private readonly quantized = new Map<string, [values: string, scale: string, zeroPoint: string]>();

  product(graph: OnnxGraph, x: string, { name, values, rows, columns }: Matrix, label: string): string {
    const { integers, scales } = quantizeRows(values, rows, columns, 63);
    const weight = graph.constant(`${name}.int8`, () =>
      bytes(transposed(integers, rows, columns), [columns, rows]),
    );
    const weightScale = graph.constant(`${name}.scale`, () => floats(scales, [rows]));
    const [xValues, xScale, xZero] = this.quantize(graph, x, label);
    const [sums] = graph.add("MatMulInteger", [xValues, weight, xZero], label);
    const [asFloats] = graph.add("Cast", [sums], label, { to: DATA_TYPE.float32 });
    const [scale] = graph.add("Mul", [xScale, weightScale], label);
    return graph.add("Mul", [asFloats, scale], label)[0];
  }

  rows(graph: OnnxGraph, { name, values, rows, columns }: Matrix, ids: string, label: string): string {
    const { integers, scales } = quantizeRows(values, rows, columns, 127);
    const table = graph.constant(`${name}.rows.int8`, () => bytes(integers, [rows, columns]));
    const scale = graph.constant(`${name}.rows.scale`, () => floats(scales, [rows, 1]));
    const [found] = graph.add("Gather", [table, ids], label);
    const [asFloats] = graph.add("Cast", [found], label, { to: DATA_TYPE.float32 });
    const [foundScale] = graph.add("Gather", [scale, ids], label);
    return graph.add("Mul", [asFloats, foundScale], label)[0];
  }

  private quantize(graph: OnnxGraph, x: string, label: string): [string, string, string] {
    let known = this.quantized.get(x);
    if (!known) {
      known = graph.add("DynamicQuantizeLinear", [x], label, {}, 3) as [string, string, string];
      this.quantized.set(x, known);
    }
    return known;
  }
}

/** Each row divided by its own scale and rounded, so that its largest number becomes `limit`. */
export function quantizeRows(
  values: Float32Array,
  rows: number,
  columns: number,
  limit: number,
): { integers: Int8Array; scales: Float32Array } {
  const integers = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let largest = 0;
    for (let i = from; i < from + columns; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = Math.fround(largest / limit);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let i = from; i < from + columns; i++) integers[i] = Math.round(values[i]! / scale);
  }
  return { integers, scales };
}

/** A single number. */
export const scalar = (value: number, type: "float32" | "float16"): OnnxTensor =>
  floats(Float32Array.of(value), [], type);
