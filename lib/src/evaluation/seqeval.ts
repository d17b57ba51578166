import { ConfigError } from "../errors";

/** What seqeval compares: the tags of each word, a list a sentence. */
export interface SeqevalInputs {
  /** Such as `[["B-PER", "I-PER", "O"], …]`. */
  predictions: readonly (readonly string[])[];
  references: readonly (readonly string[])[];
}

export interface SeqevalOptions {
  /** Whether the kind stands before the letter, `PER-B`. Default false. */
  suffix?: boolean;
}

export const SEQEVAL_OPTIONS: readonly (keyof SeqevalOptions)[] = ["suffix"];

/** How well the names of one kind were found. */
export interface EntityScores {
  precision: number;
  recall: number;
  f1: number;
  /** How many there are. */
  number: number;
}

/** Figures over all names, and of each kind. */
export type SeqevalResult = {
  overall_precision: number;
  overall_recall: number;
  overall_f1: number;
  /** The share of words with the right tag. */
  overall_accuracy: number;
} & Record<string, EntityScores | number>;

/** A stretch of words that is one name. */
export interface Entity {
  type: string;
  /** The first word, and the one behind the last. */
  start: number;
  end: number;
}

/** Letters behind which a name of the same kind goes on with I or E alone. */
const ENDS_BEFORE: Readonly<Record<string, string>> = { B: "BSO", I: "BSO", E: "BIESO", S: "BIESO" };

/**
 * The names in a sentence. Of tags that do not fit each other what conlleval makes: an I without a B begins a name too.
 *
 * @param tags  `O`, or a letter of B, I, E, S with a kind, `B-PER`
 * @see seqeval.metrics.sequence_labeling.get_entities
 */
export function entitiesOf(tags: readonly string[], { suffix = false }: SeqevalOptions = {}): Entity[] {
  const entities: Entity[] = [];
  let open: Entity | undefined;
  let before = "O";
  for (const [place, tag] of [...tags, "O"].entries()) {
    const [letter, type] = partsOf(tag, suffix);
    const isSame = open?.type === type;
    if (open && (!isSame || ENDS_BEFORE[before]?.includes(letter))) {
      entities.push({ ...open, end: place });
      open = undefined;
    }
    if (letter !== "O" && !open) open = { type, start: place, end: place };
    before = letter;
  }
  return entities;
}

function partsOf(tag: string, suffix: boolean): [letter: string, type: string] {
  const letter = suffix ? tag.at(-1) : tag[0];
  const rest = suffix ? tag.slice(0, -1) : tag.slice(1);
  const dash = suffix ? rest.lastIndexOf("-") : rest.indexOf("-");
  const type = dash < 0 ? rest : suffix ? rest.slice(0, dash) : rest.slice(dash + 1);
  return [letter ?? "O", type === "" ? "_" : type];
}

/**
 * Precision, recall and F1 of the names in texts, each of which counts if its kind and both its ends are right.
 *
 * @throws ConfigError if the lists do not fit each other, naming the sentence, or a tag is none
 * @see https://github.com/chakki-works/seqeval, in its default mode; evaluate.load("seqeval")
 */
export function seqeval(inputs: SeqevalInputs, options: SeqevalOptions = {}): SeqevalResult {
  check(inputs, options);
  const { predictions, references } = inputs;
  const counts = new Map<string, { right: number; predicted: number; number: number }>();
  const countOf = (type: string) => {
    if (!counts.has(type)) counts.set(type, { right: 0, predicted: 0, number: 0 });
    return counts.get(type)!;
  };
  let rightTags = 0;
  let tagCount = 0;
  for (const [i, reference] of references.entries()) {
    const prediction = predictions[i]!;
    tagCount += reference.length;
    rightTags += reference.filter((tag, place) => tag === prediction[place]).length;
    const keyOf = ({ type, start, end }: Entity) => `${start} ${end} ${type}`;
    const wanted = entitiesOf(reference, options);
    const keys = new Set(wanted.map(keyOf));
    for (const { type } of wanted) countOf(type).number++;
    for (const entity of entitiesOf(prediction, options)) {
      countOf(entity.type).predicted++;
      if (keys.has(keyOf(entity))) countOf(entity.type).right++;
    }
  }
  const all = { right: 0, predicted: 0, number: 0 };
  const types: [string, EntityScores][] = [];
  for (const [type, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const key of ["right", "predicted", "number"] as const) all[key] += count[key];
    types.push([type, { ...scoresOf(count), number: count.number }]);
  }
  const { precision, recall, f1 } = scoresOf(all);
  return {
    ...Object.fromEntries(types),
    overall_precision: precision,
    overall_recall: recall,
    overall_f1: f1,
    overall_accuracy: rightTags / tagCount,
  };
}

/** What has no names, or finds none, has 0. */
function scoresOf({ right, predicted, number }: { right: number; predicted: number; number: number }) {
  const share = (part: number, of: number) => (of === 0 ? 0 : part / of);
  return {
    precision: share(right, predicted),
    recall: share(right, number),
    f1: share(2 * right, predicted + number),
  };
}

const TAG = /^([BIES](-.*)?|O)$/s;
const SUFFIXED_TAG = /^((.*-)?[BIES]|O)$/s;

function check({ predictions, references }: SeqevalInputs, { suffix = false }: SeqevalOptions): void {
  const isList = (value: unknown) => Array.isArray(value);
  for (const [name, lists] of Object.entries({ predictions, references })) {
    if (isList(lists) && lists.every(isList)) continue;
    throw new ConfigError(`seqeval: ${name} has to be a list of lists of tags, one for each sentence.`);
  }
  if (predictions.length !== references.length) {
    throw new ConfigError(
      `seqeval: ${predictions.length} predictions but ${references.length} references; there must be one of each a sentence.`,
    );
  }
  if (!references.some(({ length }) => length > 0)) {
    throw new ConfigError("seqeval: nothing to compare. Is the evaluation dataset empty?");
  }
  for (const [i, reference] of references.entries()) {
    const prediction = predictions[i]!;
    if (prediction.length !== reference.length) {
      throw new ConfigError(
        `seqeval: sentence ${i} has ${prediction.length} predicted and ${reference.length} true tags.`,
      );
    }
    for (const [name, tags] of Object.entries({ predictions: prediction, references: reference })) {
      const wrong = tags.findIndex(
        (tag) => typeof tag !== "string" || !(suffix ? SUFFIXED_TAG : TAG).test(tag),
      );
      if (wrong < 0) continue;
      const example = suffix ? "PER-B" : "B-PER";
      throw new ConfigError(
        `seqeval: ${name}[${i}][${wrong}] is ${JSON.stringify(tags[wrong])}; a tag is O, or a letter of B, I, E, S with a kind, ` +
          `such as ${example}. (Numbers become tags by the model's id2label.)`,
      );
    }
  }
}
