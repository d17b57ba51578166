import * as tf from "../tfjs";
import { ConfigError } from "../errors";
import type { PreTrainedModel } from "../models/pretrained-model";
import { NONE } from "../tokenizers/row";
import {
  aggregate,
  AGGREGATIONS,
  type Aggregation,
  type EntityGroup,
  indexOfMost,
  type LabelledToken,
} from "./entity-groups";
import { overTexts, type RunOptions, type StreamOptions, type Texts } from "./over-inputs";
import type { PipelineParts } from "./parts";
import { rowsOf, tokenScores } from "./token-scores";

/** A token and its likeliest label. */
export interface TokenAnswer {
  /** The label, `B-PER`. */
  entity: string;
  score: number;
  /** The number of the token in the text, special tokens before it counted. */
  index: number;
  /** How the token is spelled, `##s`. */
  word: string;
  /** `text.slice(start, end)` is where it stands. */
  start: number;
  end: number;
}

export interface TokenClassificationOptions extends RunOptions {
  /**
   * "none": each token by itself. "simple": neighbours of one kind are one name. "first", "average", "max": and a word has one label,
   * that of its first piece, of its pieces' mean scores, of its surest piece. Default "none".
   */
  aggregationStrategy?: "none" | Aggregation;
  /** Labels that are left out. Default `["O"]`. */
  ignoreLabels?: readonly string[];
  /**
   * Texts that are too long for the model are read in windows, each of which repeats so many tokens of the one before; of a token that is in
   * two, the one with more text around it counts. Default 64, or a quarter of a window if that is less.
   */
  stride?: number;
}

const OPTIONS: readonly (keyof TokenClassificationOptions)[] = [
  "aggregationStrategy",
  "ignoreLabels",
  "stride",
  "signal",
];
const STRATEGIES: readonly string[] = ["none", ...AGGREGATIONS];
const STRIDE = 64;

type Grouped = TokenClassificationOptions & { aggregationStrategy: Aggregation };

/** Finds names and the like in texts. @see transformers.TokenClassificationPipeline */
export interface TokenClassificationPipeline {
  /** @returns the names in a text */
  (text: string, options: Grouped): Promise<EntityGroup[]>;
  (texts: readonly string[], options: Grouped): Promise<EntityGroup[][]>;
  /** @returns the tokens of a text that are part of a name */
  (text: string, options?: TokenClassificationOptions): Promise<TokenAnswer[]>;
  (texts: readonly string[], options?: TokenClassificationOptions): Promise<TokenAnswer[][]>;
  /** The names in each text of a file, a database or a socket, in their order and as they come; memory stays flat. */
  stream(texts: Texts, options: Grouped & StreamOptions): AsyncGenerator<EntityGroup[], void, undefined>;
  stream(
    texts: Texts,
    options?: TokenClassificationOptions & StreamOptions,
  ): AsyncGenerator<TokenAnswer[], void, undefined>;
  /** Loads the model and runs it once, so that the first text does not wait for it. */
  warmUp(): Promise<void>;
}

/**
 * @param load       called for each batch; loads once
 * @param batchSize  texts, or windows of one, that the model gets at once
 */
export function tokenClassification(
  load: () => Promise<PipelineParts>,
  batchSize: number,
): TokenClassificationPipeline {
  const answerer = (options: TokenClassificationOptions) => {
    const { aggregationStrategy = "none", ignoreLabels = ["O"] } = options;
    if (!STRATEGIES.includes(aggregationStrategy)) {
      throw new ConfigError(
        `aggregationStrategy is '${String(aggregationStrategy)}'; there are ${STRATEGIES.join(", ")}.`,
      );
    }
    return async (texts: readonly string[]) => {
      const parts = await load();
      const { id2label } = parts.model.config;
      const tokens = await labelledTokens(parts, texts, options.stride, batchSize);
      if (aggregationStrategy !== "none") {
        return tokens.map((each, i) =>
          aggregate(each, texts[i]!, id2label, aggregationStrategy).filter(
            ({ entity_group }) => !ignoreLabels.includes(entity_group),
          ),
        );
      }
      return tokens.map((each) =>
        each.map((token) => answerOf(token, id2label)).filter(({ entity }) => !ignoreLabels.includes(entity)),
      );
    };
  };
  const task = { task: "token-classification", options: OPTIONS, batchSize, answerer };
  const { all, stream, warmUp } = overTexts<TokenClassificationOptions, (TokenAnswer | EntityGroup)[]>(task);
  const classify = async (
    input: string | readonly string[],
    options: TokenClassificationOptions = {},
  ): Promise<unknown> => {
    const results = await all(typeof input === "string" ? [input] : input, options);
    return typeof input === "string" ? results[0]! : results;
  };
  return Object.assign(classify, { stream, warmUp }) as TokenClassificationPipeline;
}

function answerOf(
  { scores, index, word, start, end }: LabelledToken,
  id2label: Record<number, string>,
): TokenAnswer {
  const best = indexOfMost(scores);
  return { entity: id2label[best]!, score: scores[best]!, index, word, start, end };
}

/** The tokens of each text, with the probability of each label. */
async function labelledTokens(
  parts: { model: PreTrainedModel; tokenizer: PipelineParts["tokenizer"] },
  texts: readonly string[],
  stride: number | undefined,
  batchSize: number,
): Promise<LabelledToken[][]> {
  const { model, tokenizer } = parts;
  const maxLength = Math.min(tokenizer.modelMaxLength, model.config.longestSequence);
  const room = maxLength - tokenizer.numSpecialTokensToAdd();
  const encoded = tokenizer(texts, {
    truncation: true,
    maxLength,
    returnOverflowingTokens: true,
    stride: stride ?? Math.min(STRIDE, Math.floor(room / 4)),
    returnOffsetsMapping: true,
    returnWordIds: true,
  });
  const { offset_mapping, word_ids, input_ids, overflow_to_sample_mapping: samples } = encoded;
  const scores = await tokenScores(parts, rowsOf(encoded), batchSize, (logits) => tf.softmax(logits));
  const width = model.config.numLabels;
  const found = texts.map((): Map<string, LabelledToken> => new Map());
  for (const [row, ids] of input_ids.entries()) {
    for (const [index, id] of ids.entries()) {
      const word = word_ids[row]![index]!;
      if (word === NONE) continue;
      const [start, end] = offset_mapping[row]![index]!;
      const token: LabelledToken = {
        scores: scores[row]!.subarray(index * width, (index + 1) * width),
        surroundings: Math.min(index, ids.length - 1 - index),
        index,
        word: tokenizer.convertIdsToTokens(id),
        wordId: word,
        start,
        end,
      };
      const tokens = found[samples[row]!]!;
      // Pieces of one character stand at one place; they differ in how they are spelled.
      const key = `${word} ${start} ${end} ${token.word}`;
      const known = tokens.get(key);
      if (!known || known.surroundings < token.surroundings)
        tokens.set(key, { ...token, index: known?.index ?? index });
    }
  }
  return found.map((tokens) => [...tokens.values()]);
}
