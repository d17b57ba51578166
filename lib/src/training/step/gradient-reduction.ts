import * as tf from "../../tfjs";
import {
  adoptTensor,
  memoryToChange,
  memoryToRead,
  sparseMatrix,
  sparseRowsOf,
  type MatrixRows,
} from "../../engines/fused/adopt";
import { SPARSE_FROM } from "../../engines/fused/take-rows";
import type { ProcessGroup, Sum } from "../../distributed/process-group";
import type { GradientMap } from "./backward";
import type { ReducedStep, StepReduction, StepTerm } from "./step-reduction";

/** A gradient of so many elements and more is added up where it lies; smaller ones come together until they are as many. */
export const UNIT_ELEMENTS = 2 ** 18;

/** Whether a parameter is a table, such as a vocabulary's, whose gradient engines may keep as a sparse one: its rows alone are exchanged. */
export const isTable = (shape: readonly number[]) => shape.length === 2 && shape[0]! >= SPARSE_FROM.entries;

/** What is added up at once. */
interface Unit {
  names: string[];
  elements: number;
  /** The rank that alone updates these parameters; undefined: all do. */
  owner: number | undefined;
}

const NO_ROWS: MatrixRows = { rows: new Int32Array(0), values: new Float32Array(0) };

/** A parameter's name and shape. */
export type NamedShape = readonly [name: string, shape: readonly number[]];

export interface ReductionOptions {
  /** Send gradients as bf16. Default false. */
  halves?: boolean;
  /** The rank that alone updates a parameter; undefined for one that all update. Default: all update all. */
  ownerOf?: (name: string) => number | undefined;
}

const sizeOf = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);

/**
 * Adds up the gradients of all ranks, while the backward pass goes on: in units of a megabyte and more, in the order in which the
 * pass comes to them, which is the reverse of the parameters'. Of tables whose gradients are sparse, the rows alone are exchanged.
 *
 * @see Li et al. 2020, "PyTorch distributed: experiences on accelerating data parallel training"
 */
export class GradientReduction implements StepReduction {
  private readonly units: Unit[] = [];
  private readonly tables: string[] = [];
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly buffers = new Map<Unit, Float32Array>();
  private readonly halves: boolean;

  /** Of the last step, in milliseconds: how long gradients were added up, and how much of that while the backward pass went on. */
  times = { summing: 0, hidden: 0 };

  /** Gradients of the step under way that are complete. */
  private complete: GradientMap = new Map();
  /** Units of which the sum has been begun, and where it is made. */
  private sums: { unit: Unit; vector: Float32Array; isInPlace: boolean; sum: Promise<Sum> }[] = [];

  constructor(
    private readonly group: ProcessGroup,
    parameters: Iterable<NamedShape>,
    { halves = false, ownerOf = () => undefined }: ReductionOptions = {},
  ) {
    this.halves = halves;
    this.shapes = new Map(parameters);
    for (const [name, shape] of [...this.shapes].reverse()) {
      if (isTable(shape)) this.tables.push(name);
      else this.place(name, sizeOf(shape), ownerOf(name));
    }
  }

  private place(name: string, elements: number, owner: number | undefined): void {
    const last = this.units.at(-1);
    const joins = last && last.owner === owner && last.elements < UNIT_ELEMENTS && elements < UNIT_ELEMENTS;
    if (!joins) this.units.push({ names: [name], elements, owner });
    else {
      last.names.push(name);
      last.elements += elements;
    }
  }

  /** A gradient is complete; the sum of its unit begins as soon as those of the others of the unit are. Nobody changes it from now on. */
  add(name: string, gradient: tf.Tensor): void {
    this.complete.set(name, gradient);
    this.begin(({ names }) => names.every((each) => this.complete.has(each)));
  }

  /**
   * Waits for the sums. Gradients of parameters that another rank updates are not among them.
   */
  async finish([term]: StepTerm[]): Promise<ReducedStep> {
    const { group } = this;
    const { gradients, loss } = term!;
    const passed = performance.now();
    for (const [name, gradient] of gradients) this.complete.set(name, gradient);
    this.begin(() => true);
    const has = [...this.shapes.keys()].map((name) => gradients.has(name));
    const tables = this.tables.map((name) => {
      const gradient = gradients.get(name);
      return gradient ? sparseRowsOf(gradient) : NO_ROWS;
    });
    const counts = tables.map((table) => table?.rows.length ?? null);
    const figures = await group.gather("the losses", { loss, has, counts });
    let squares = 0;
    this.times = { summing: 0, hidden: 0 };
    for (const each of this.sums) {
      const { began, ended, ...sum } = await each.sum;
      squares += sum.squares;
      this.times.summing += ended - began;
      this.times.hidden += Math.max(0, Math.min(ended, passed) - began);
    }
    this.takeSums(gradients);
    for (const [index, name] of this.tables.entries()) {
      const own = tables[index];
      squares += await this.addTable(
        name,
        gradients,
        own,
        figures.map((each) => each.counts[index]!),
      );
    }
    const all = await group.gather("the gradient norm", squares);
    [...this.shapes.keys()].forEach((name, index) => {
      if (figures.some((each) => each.has[index])) return;
      gradients.get(name)?.dispose();
      gradients.delete(name);
    });
    return {
      gradients,
      loss: figures.reduce((sum, each) => sum + each.loss, 0),
      gradNorm: Math.sqrt(all.reduce((sum, each) => sum + each, 0)),
    };
  }

  /** Begins the sums of the units that are due, in their order. */
  private begin(isDue: (unit: Unit) => boolean): void {
    for (let unit = this.units[this.sums.length]; unit && isDue(unit); unit = this.units[this.sums.length]) {
      const own = this.memoryOf(unit);
      const vector = own ?? this.bufferOf(unit);
      const { owner } = unit;
      const purpose = `the gradients of ${unit.names[0]}`;
      const sum = this.group.sum(purpose, vector, {
        halves: this.halves,
        ...(owner !== undefined && { owner }),
      });
      // A failure is told where it is awaited.
      sum.catch(() => undefined);
      this.sums.push({ unit, vector, isInPlace: own !== undefined, sum });
    }
  }

  /** The memory of a large gradient, if the engine lets others work in it. */
  private memoryOf({ names }: Unit): Float32Array | undefined {
    const gradient = names.length === 1 ? this.complete.get(names[0]!) : undefined;
    return gradient && memoryToChange(gradient);
  }

  /** The unit's gradients one after the other, zeros for those that this rank has not. */
  private bufferOf(unit: Unit): Float32Array {
    let buffer = this.buffers.get(unit);
    if (!buffer) this.buffers.set(unit, (buffer = new Float32Array(unit.elements)));
    let at = 0;
    for (const name of unit.names) {
      const size = sizeOf(this.shapes.get(name)!);
      const gradient = this.complete.get(name);
      if (gradient) buffer.set(memoryToRead(gradient), at);
      else buffer.fill(0, at, at + size);
      at += size;
    }
    return buffer;
  }

  /** Puts the sums in the gradients' places. */
  private takeSums(gradients: GradientMap): void {
    for (const { unit, vector, isInPlace } of this.sums) {
      const isOurs = unit.owner === undefined || unit.owner === this.group.rank;
      let at = 0;
      for (const name of unit.names) {
        const shape = this.shapes.get(name)!;
        const size = sizeOf(shape);
        if (!isInPlace || !isOurs) {
          gradients.get(name)?.dispose();
          gradients.delete(name);
        }
        if (!isInPlace && isOurs)
          gradients.set(name, adoptTensor(vector.subarray(at, at + size), [...shape]));
        at += size;
      }
    }
    this.sums = [];
    this.complete = new Map();
  }

  /**
   * Adds up a table's gradients: their rows, if those of all ranks are few.
   *
   * @param own     this rank's, if its gradient is kept as a sparse one
   * @param counts  of rows by rank; null: not kept so
   * @returns this rank's part of the sum of the squares
   */
  private async addTable(
    name: string,
    gradients: GradientMap,
    own: MatrixRows | undefined,
    counts: readonly (number | null)[],
  ): Promise<number> {
    const { group } = this;
    const [entries, columns] = this.shapes.get(name) as [number, number];
    const purpose = `the gradients of ${name}`;
    const gradient = gradients.get(name);
    const rows = counts.reduce((sum: number, count) => sum + (count ?? Infinity), 0);
    // A sum of all of it sends each element twice.
    if (rows > 2 * entries) {
      const vector =
        (gradient?.dataSync() as Float32Array | undefined) ?? new Float32Array(entries * columns);
      const { squares } = await group.sum(purpose, vector, { halves: this.halves });
      gradient?.dispose();
      gradients.set(name, adoptTensor(vector, [entries, columns]));
      return squares;
    }
    const sum = sumOfRows(await group.gather(purpose, own ?? NO_ROWS), columns);
    gradient?.dispose();
    gradients.set(name, sparseMatrix([entries, columns], sum));
    return group.isFirst ? sum.values.reduce((squares, value) => squares + value ** 2, 0) : 0;
  }
}

/** The rows of several, each once, added up in their order. */
function sumOfRows(all: readonly MatrixRows[], columns: number): MatrixRows {
  const places = new Map<number, number>();
  for (const { rows } of all) for (const row of rows) if (!places.has(row)) places.set(row, places.size);
  const values = new Float32Array(places.size * columns);
  for (const { rows, values: own } of all) {
    rows.forEach((row, index) => {
      const at = places.get(row)! * columns;
      for (let i = 0; i < columns; i++) values[at + i]! += own[index * columns + i]!;
    });
  }
  return { rows: Int32Array.from(places.keys()), values };
}
