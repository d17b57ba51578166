import { DatasetError } from "../errors";
import { INSPECT, pythonList, pythonString } from "./python-repr";

/**
 * What a column of plain values holds, under Arrow's names: "string", "int32", "float64", "bool", "null" …
 *
 * @example
 * const features = new Features({ text: new Value("string"), stars: new Value("float64") });
 */
export class Value {
  /** @param dtype Arrow's name of the type */
  constructor(readonly dtype: string) {}

  toString(): string {
    return `Value(${pythonString(this.dtype)})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/**
 * A column of class numbers, with a name for each. Labels that are hidden, as in GLUE's test splits, are -1.
 *
 * @see datasets.ClassLabel
 * @example
 * const label = new ClassLabel({ names: ["negative", "positive"] });
 * label.int2str(1); // "positive"
 * label.str2int("negative"); // 0
 */
export class ClassLabel {
  readonly names: readonly string[];
  private readonly numbers: Map<string, number>;

  /** @param names the classes in the order of their numbers, no name twice */
  constructor({ names }: { names: readonly string[] }) {
    this.names = [...names];
    this.numbers = new Map(names.map((name, number) => [name, number]));
    if (this.numbers.size !== names.length) {
      throw new DatasetError(
        `ClassLabel has a name twice: ${pythonList(names)}. Give each class its own name.`,
      );
    }
  }

  get numClasses(): number {
    return this.names.length;
  }

  /** The name of a class. @throws DatasetError for a number that no class has (-1, a hidden label, too) */
  int2str(number: number): string;
  int2str(numbers: ArrayLike<number>): string[];
  int2str(numbers: number | ArrayLike<number>): string | string[] {
    if (typeof numbers !== "number") return Array.from(numbers, (number) => this.int2str(number));
    const name = this.names[numbers];
    if (name !== undefined) return name;
    const hint = numbers === -1 ? " (-1 marks a hidden label, as in GLUE's test split)" : "";
    throw new DatasetError(
      `There is no class ${numbers}${hint}. Classes: ${this.names.map((n, i) => `${i} ${n}`).join(", ")}.`,
    );
  }

  /** The number of a class; its number written as text ("1") counts too, as in Python. */
  str2int(name: string): number;
  str2int(names: readonly string[]): number[];
  str2int(names: string | readonly string[]): number | number[] {
    if (typeof names !== "string") return names.map((name) => this.str2int(name));
    const number = this.numbers.get(names) ?? (/^\d+$/.test(names) ? Number(names) : -1);
    if (number >= 0 && number < this.numClasses) return number;
    throw new DatasetError(`There is no class ${pythonString(names)}. Classes: ${pythonList(this.names)}.`);
  }

  toString(): string {
    return `ClassLabel(names=${pythonList(this.names)})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/**
 * A column with a list in each row, such as token ids. Called `Sequence` before version 4 of Python's datasets.
 *
 * @example
 * const features = new Features({ input_ids: new List(new Value("int32")) });
 */
export class List {
  /** @param feature what the list holds @param length of every list; -1, the default: lists of any length */
  constructor(
    readonly feature: FeatureType,
    readonly length = -1,
  ) {}

  toString(): string {
    const length = this.length < 0 ? "" : `, length=${this.length}`;
    return `List(${featureToString(this.feature)}${length})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** What one column holds; a record of features stands for nested objects. */
export type FeatureType = Value | ClassLabel | List | { readonly [field: string]: FeatureType };

/** The type of an object: those of its fields. */
export type StructType = Readonly<Record<string, FeatureType>>;

export const isStruct = (feature: FeatureType): feature is StructType =>
  !(feature instanceof Value || feature instanceof ClassLabel || feature instanceof List);

/** As Python prints it. */
export function featureToString(feature: FeatureType): string {
  if (feature instanceof Value || feature instanceof ClassLabel || feature instanceof List) {
    return feature.toString();
  }
  const fields = Object.entries(feature).map(
    ([name, type]) => `${pythonString(name)}: ${featureToString(type)}`,
  );
  return `{${fields.join(", ")}}`;
}

function isIterable(
  features: Iterable<readonly [string, FeatureType]> | Readonly<Record<string, FeatureType>>,
): features is Iterable<readonly [string, FeatureType]> {
  return Symbol.iterator in features;
}

/**
 * The columns of a dataset and what each holds, in order: a `Map` that prints as in Python.
 *
 * @example
 * const features = new Features({ text: new Value("string"), label: new ClassLabel({ names: ["no", "yes"] }) });
 * const rows = Dataset.fromDict({ text: ["Fine."], label: [1] }).cast(features);
 */
export class Features extends Map<string, FeatureType> {
  /** @param features an object such as `{ sentence: new Value("string") }`, or pairs of name and type */
  constructor(features?: Iterable<readonly [string, FeatureType]>);
  constructor(features: Readonly<Record<string, FeatureType>>);
  constructor(
    features: Iterable<readonly [string, FeatureType]> | Readonly<Record<string, FeatureType>> = [],
  ) {
    super(isIterable(features) ? features : Object.entries(features));
  }

  override toString(): string {
    return featureToString(Object.fromEntries(this));
  }

  [INSPECT](): string {
    return this.toString();
  }
}
