import type { Activation } from "../ops/linear";
import type { GraphBuilder, GraphValue } from "./graph-builder";
import type { Embedding, LayerNorm, Linear } from "./layers";
import type { Module, Parameter } from "./module";

/** A graph builder that is told parts of a model instead of their names. */
export class ModuleGraph {
  private readonly names: ReadonlyMap<Module | Parameter, string>;

  /** @param model  the whole, from whose names the builder's are */
  constructor(
    readonly builder: GraphBuilder,
    model: Module,
  ) {
    const modules = Array.from(model.namedModules(), ({ name, module }) => [module, name] as const);
    const parameters = Array.from(model.namedParameters(), ([name, parameter]) => [parameter, name] as const);
    this.names = new Map<Module | Parameter, string>([...modules, ...parameters]);
  }

  embedding(table: Embedding, ids: GraphValue): GraphValue {
    return this.builder.embedding(this.nameOf(table.weight), ids);
  }

  /** The rows of a table from `first` on, as many as a sequence is long. */
  positions(table: Embedding, first: number): GraphValue {
    return this.builder.positions(this.nameOf(table.weight), first);
  }

  layerNorm(norm: LayerNorm, x: GraphValue): GraphValue {
    return this.builder.layerNorm(this.nameOf(norm), x, norm.eps);
  }

  linear(layer: Linear, x: GraphValue, activation?: Activation): GraphValue {
    return this.builder.linear(this.nameOf(layer), x, activation);
  }

  /** A linear map whose matrix and bias are no layer's. */
  linearOf(weight: Parameter, bias: Parameter | undefined, x: GraphValue): GraphValue {
    const names = { weight: this.nameOf(weight), ...(bias && { bias: this.nameOf(bias) }) };
    return this.builder.linear(names, x);
  }

  nameOf(part: Module | Parameter): string {
    return this.names.get(part)!;
  }
}
