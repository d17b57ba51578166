/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- an interface of its own name is how a class says that its instances are functions */
import { tensor2d } from "../tfjs";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { IGNORED_LABEL } from "../ops/cross-entropy";
import { randomUint32 } from "../random";
import { Callable } from "../tokenizers/callable";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import type { Batch, CollatorContext, Row } from "./batch";
import { isNumberList, listColumn } from "./columns";
import { DataCollatorWithPadding } from "./data-collator-with-padding";

/** A number apart from those of a model's layers and of the sampler, so that masks have a random stream of their own. */
const MASK_SITES = { training: 0x3a5c, evaluation: 0x3a5d } as const;

export interface DataCollatorForLanguageModelingOptions {
  tokenizer: PreTrainedTokenizer;
  /** The share of tokens that are to be predicted. Default 0.15. */
  mlmProbability?: number;
  /** Of these, the share that the model sees as `[MASK]`. Default 0.8. */
  maskReplaceProb?: number;
  /** Of these, the share that it sees as a random token; the rest it sees as they are. Default 0.1. */
  randomReplaceProb?: number;
  /**
   * Choose whole words rather than pieces; rows then need a column `word_ids`, which
   * `tokenizer(texts, { returnWordIds: true })` makes. Default false.
   */
  wholeWordMask?: boolean;
  /** Round the width up to a multiple of this. */
  padToMultipleOf?: number;
  /** Of the masks outside a Trainer, which gives its own seed. Default 42. */
  seed?: number;
}

const OPTIONS: readonly (keyof DataCollatorForLanguageModelingOptions)[] = [
  "tokenizer",
  "mlmProbability",
  "maskReplaceProb",
  "randomReplaceProb",
  "wholeWordMask",
  "padToMultipleOf",
  "seed",
];

export interface DataCollatorForLanguageModeling {
  /**
   * @param features rows with `input_ids`; other columns than a tokenizer's are left out
   * @param context  the same context gives the same masks; without one, each call draws anew
   * @returns tensors with `labels`: the token's id where it is to be predicted, else -100
   */
  (features: readonly Row[], context?: CollatorContext): Batch;
}

/**
 * Hides tokens for a masked language model to find: of those that are chosen, 80 % become `[MASK]`, 10 % another token
 * and 10 % stay. Special tokens and padding are never chosen.
 *
 * @throws ConfigError if the tokenizer has no mask token, or a probability is none
 * @see transformers.DataCollatorForLanguageModeling; Devlin et al. 2019, section 3.1 and appendix A.1
 * @example
 * const collator = new DataCollatorForLanguageModeling({ tokenizer, mlmProbability: 0.15 });
 */
export class DataCollatorForLanguageModeling extends Callable {
  readonly extraColumns: readonly string[];
  private readonly options: Required<Omit<DataCollatorForLanguageModelingOptions, "padToMultipleOf">>;
  private readonly pad: DataCollatorWithPadding;
  private readonly maskTokenId: number;
  private readonly special: ReadonlySet<number>;
  private calls = 0;

  constructor(options: DataCollatorForLanguageModelingOptions) {
    super();
    refuseUnknownOptions("DataCollatorForLanguageModeling", options, OPTIONS);
    const { tokenizer, padToMultipleOf } = options;
    this.options = {
      tokenizer,
      mlmProbability: options.mlmProbability ?? 0.15,
      maskReplaceProb: options.maskReplaceProb ?? 0.8,
      randomReplaceProb: options.randomReplaceProb ?? 0.1,
      wholeWordMask: options.wholeWordMask ?? false,
      seed: options.seed ?? 42,
    };
    const { mlmProbability, maskReplaceProb, randomReplaceProb, wholeWordMask } = this.options;
    for (const [name, value] of Object.entries({ mlmProbability, maskReplaceProb, randomReplaceProb })) {
      if (!(value >= 0 && value <= 1)) throw wrong(`${name} is ${value}; it has to be between 0 and 1`);
    }
    if (maskReplaceProb + randomReplaceProb > 1) {
      throw wrong(
        `maskReplaceProb and randomReplaceProb are together ${maskReplaceProb + randomReplaceProb}, above 1`,
      );
    }
    if (tokenizer.maskTokenId === undefined) throw wrong("the tokenizer has no mask token");
    this.maskTokenId = tokenizer.maskTokenId;
    this.special = new Set(tokenizer.allSpecialIds);
    this.pad = new DataCollatorWithPadding({ tokenizer, padToMultipleOf });
    this.extraColumns = wholeWordMask ? ["word_ids"] : [];
  }

  /** What a call of the collator does. */
  call(features: readonly Row[], context?: CollatorContext): Batch {
    const { seed } = this.options;
    const place = context ?? { seed, step: this.calls++, training: true };
    const rows = features.map(({ input_ids, attention_mask, token_type_ids }) => ({
      input_ids,
      ...(attention_mask !== undefined && { attention_mask }),
      ...(token_type_ids !== undefined && { token_type_ids }),
    }));
    const ids = listColumn(features, "input_ids");
    const units = features.map((row, index) => this.units(row, ids[index]!, index));
    // A number for each unit, and two for each token of a chosen one.
    const draws = units.flat().length + 2 * units.flat(2).length;
    const site = place.training ? MASK_SITES.training : MASK_SITES.evaluation;
    const bits = randomUint32(new Uint32Array(draws), { seed: place.seed, site, step: place.step });
    let next = 0;
    const uniform = () => bits[next++]! / 2 ** 32;
    const masked = ids.map((row, index) => this.mask(row, units[index]!, uniform));
    const batch = this.pad(rows.map((row, index) => ({ ...row, input_ids: masked[index]!.ids })));
    const [count, width] = batch.input_ids.shape;
    const labels = new Int32Array(count * width).fill(IGNORED_LABEL);
    const isRight = this.options.tokenizer.paddingSide === "right";
    for (const [row, { labels: own }] of masked.entries()) {
      labels.set(own, row * width + (isRight ? 0 : width - own.length));
    }
    return { ...batch, labels: tensor2d(labels, [count, width], "int32") };
  }

  /** What is chosen or left as one: the tokens of a row that are not special, each by itself or word by word. */
  private units(row: Row, ids: ArrayLike<number>, index: number): number[][] {
    const places = Array.from(ids, (_, place) => place).filter((place) => !this.special.has(ids[place]!));
    if (!this.options.wholeWordMask) return places.map((place) => [place]);
    const words = row.word_ids;
    if (!isNumberList(words) || words.length !== ids.length) {
      throw new ConfigError(
        `Row ${index} of the batch: wholeWordMask needs word_ids, one for each of the ${ids.length} input_ids; ` +
          "tokenize with { returnWordIds: true }.",
      );
    }
    // Pieces of a word follow each other; the words of a second text are counted from 0 again.
    const units: number[][] = [];
    for (const place of places) {
      const last = units.at(-1)?.at(-1);
      if (last === place - 1 && words[last] === words[place]) units.at(-1)!.push(place);
      else units.push([place]);
    }
    return units;
  }

  private mask(ids: ArrayLike<number>, units: readonly number[][], uniform: () => number) {
    const { mlmProbability, maskReplaceProb, randomReplaceProb, tokenizer } = this.options;
    const seen = Int32Array.from(ids);
    const labels = new Int32Array(ids.length).fill(IGNORED_LABEL);
    for (const unit of units) {
      if (uniform() >= mlmProbability) continue;
      for (const place of unit) {
        labels[place] = ids[place]!;
        const kind = uniform();
        const other = Math.floor(uniform() * tokenizer.size);
        if (kind < maskReplaceProb) seen[place] = this.maskTokenId;
        else if (kind < maskReplaceProb + randomReplaceProb) seen[place] = other;
      }
    }
    return { ids: seen, labels };
  }
}

const wrong = (what: string) => new ConfigError(`DataCollatorForLanguageModeling: ${what}.`);
