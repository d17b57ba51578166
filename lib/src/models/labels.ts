import { ConfigError } from "../errors";
import type { ProblemType } from "./problem-type";
import { setOwn } from "../own-properties";

/** What a classifier may be told about its labels. */
export interface LabelOptions {
  /** Number of outputs. Default: the length of `id2label`, else 2. */
  numLabels?: number;
  /** Names by class number: `["negative", "positive"]` or `{ 0: "negative", 1: "positive" }`. */
  id2label?: readonly string[] | Readonly<Record<number, string>>;
  /**
   * Which loss the model is trained with, and what a pipeline makes of its outputs. Default null: the first labels decide, and a
   * single output is a regression.
   */
  problemType?: ProblemType | null;
}

export interface LabelMaps {
  readonly numLabels: number;
  readonly id2label: Record<number, string>;
  readonly label2id: Record<string, number>;
}

/** Each has a name, and a row in the classifier's weight. */
const MOST_LABELS = 1_000_000;

/**
 * Completes label options; classes without a name are called `LABEL_0`, `LABEL_1`, … as in transformers.
 *
 * @throws ConfigError if the names are not one for each class number
 */
export function labelMaps({ numLabels, id2label }: LabelOptions, source: string): LabelMaps {
  const names = id2label && Object.values(id2label);
  const count = numLabels ?? names?.length ?? 2;
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_LABELS) {
    throw new ConfigError(
      `${source}: num_labels is ${String(count)}; it has to be a positive integer of at most ${MOST_LABELS}.`,
    );
  }
  if (names && names.length !== count) {
    throw new ConfigError(
      `${source}: ${names.length} names in id2label for ${count} labels; give one name for each.`,
    );
  }
  const complete: Record<number, string> = {};
  const inverse: Record<string, number> = {};
  for (let id = 0; id < count; id++) {
    const name = id2label ? (id2label as Readonly<Record<number, string>>)[id] : `LABEL_${id}`;
    if (typeof name !== "string") {
      throw new ConfigError(`${source}: id2label has no name for class ${id}; number the classes from 0.`);
    }
    complete[id] = name;
    setOwn(inverse, name, id);
  }
  return { numLabels: count, id2label: complete, label2id: inverse };
}
