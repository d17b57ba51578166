import type { DataType, OnnxTensor } from "./tensor";

/** A step of a graph. */
export interface OnnxNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** A number is an integer, a list one of integers. */
  attributes: Readonly<Record<string, number | readonly number[] | { float: number }>>;
}

/** What goes into a graph or comes out of it. */
export interface OnnxPort {
  name: string;
  type: DataType;
  /** A name stands for a length that differs from call to call. */
  shape: readonly (number | string)[];
}

/** A graph that grows step by step, in the order in which it runs. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly inputs: OnnxPort[] = [];
  readonly outputs: OnnxPort[] = [];
  private readonly made = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  constructor(readonly name: string) {}

  /** Adds a step. @returns the name of its first result, made of the op's and `label` */
  add(
    op: string,
    inputs: readonly string[],
    label: string,
    attributes: OnnxNode["attributes"] = {},
    results = 1,
  ): [first: string, ...more: string[]] {
    const name = this.unused(`${label}/${op}`);
    const more = Array.from({ length: results - 1 }, (_, i) => `${name}_${i + 1}`);
    this.nodes.push({ op, inputs, outputs: [name, ...more], attributes });
    return [name, ...more];
  }

  /** A constant, once for each name. @returns its name */
  constant(name: string, make: () => OnnxTensor): string {
    if (!this.initializers.has(name)) this.initializers.set(name, make());
    return name;
  }

  /** A value that several steps use, made by the first of them. */
  once(key: string, make: () => string): string {
    const value = this.made.get(key) ?? make();
    this.made.set(key, value);
    return value;
  }

  private unused(name: string): string {
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}
