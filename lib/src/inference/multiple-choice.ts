import * as tf from "../tfjs";
import type { ModelOutput, TaskInputs } from "../models/model-output";
import { tokenizeGroups } from "../tasks/text-groups/tokenize-groups";
import { DataCollatorForMultipleChoice } from "../collators/data-collator-for-multiple-choice";
import { askModel } from "./ask-model";
import { type InputKind, overInputs, type RunOptions, type Source, type StreamOptions } from "./over-inputs";
import type { PipelineParts } from "./parts";

/** What is asked, or begun, and what it may go on with. */
export interface ChoiceQuestion {
  prompt: string;
  choices: readonly string[];
}

/** A choice with its probability. */
export interface RankedChoice {
  /** Its number among the choices. */
  index: number;
  choice: string;
  score: number;
}

export type ChooseOptions = RunOptions;

/** Chooses the best of several answers or endings. */
export interface MultipleChoicePipeline {
  /** @returns the choices, the likeliest first */
  (question: ChoiceQuestion, options?: ChooseOptions): Promise<RankedChoice[]>;
  (questions: readonly ChoiceQuestion[], options?: ChooseOptions): Promise<RankedChoice[][]>;
  /** The choices of any number of questions, in their order and as they come; memory stays flat. */
  stream(
    questions: Source<ChoiceQuestion>,
    options?: ChooseOptions & StreamOptions,
  ): AsyncGenerator<RankedChoice[], void, undefined>;
  /** Loads the model and runs it once, so that the first question does not wait for it. */
  warmUp(): Promise<void>;
}

const QUESTION: InputKind<ChoiceQuestion> = {
  name: "question",
  fault(input) {
    if (typeof input !== "object" || input === null) {
      return `${input === null ? "null" : typeof input}, and no object with a prompt and choices`;
    }
    const { prompt, choices } = input as Partial<ChoiceQuestion>;
    if (typeof prompt !== "string") return "without a prompt, which has to be a string";
    const isList = Array.isArray(choices) && choices.length > 0;
    return isList && choices.every((choice) => typeof choice === "string")
      ? undefined
      : "without choices, which have to be a list of strings";
  },
  length: ({ prompt, choices }) => prompt.length + Math.max(...choices.map(({ length }) => length)),
  text: ({ prompt }) => prompt,
};

/**
 * @param load       called for each batch; loads once
 * @param batchSize  questions that are read at once
 */
export function multipleChoice(
  load: () => Promise<PipelineParts>,
  batchSize: number,
): MultipleChoicePipeline {
  const answerer = () => async (questions: readonly ChoiceQuestion[]) => {
    const parts = await load();
    const answers = new Map<ChoiceQuestion, RankedChoice[]>();
    // What is read at once has the same number of choices.
    for (const count of new Set(questions.map(({ choices }) => choices.length))) {
      const same = questions.filter(({ choices }) => choices.length === count);
      for (const [i, ranked] of (await rankedChoices(parts, same)).entries()) answers.set(same[i]!, ranked);
    }
    return questions.map((question) => answers.get(question)!);
  };
  const task = { task: "multiple-choice", options: ["signal"] as const, batchSize, answerer };
  const warm = { prompt: "Warm?", choices: ["Yes.", "No."] };
  const { all, stream, warmUp } = overInputs<ChoiceQuestion, ChooseOptions, RankedChoice[]>(
    task,
    QUESTION,
    warm,
  );
  const choose = async (input: ChoiceQuestion | readonly ChoiceQuestion[], options: ChooseOptions = {}) => {
    const isList = Array.isArray(input);
    const results = await all(
      isList ? (input as readonly ChoiceQuestion[]) : [input as ChoiceQuestion],
      options,
    );
    return isList ? results : results[0]!;
  };
  return Object.assign(choose, { stream, warmUp }) as MultipleChoicePipeline;
}

async function rankedChoices(
  { model, tokenizer }: PipelineParts,
  questions: readonly ChoiceQuestion[],
): Promise<RankedChoice[][]> {
  const groups = questions.map(({ prompt, choices }) => choices.map((choice) => [prompt, choice] as const));
  const columns = Object.entries(tokenizeGroups(tokenizer, groups, { truncation: true }));
  const rows = questions.map((_, row) =>
    Object.fromEntries(columns.map(([name, column]): [string, unknown] => [name, column[row]])),
  );
  const batch = new DataCollatorForMultipleChoice({ tokenizer })(rows);
  const scores = askModel(model, batch, (inputs) =>
    tf.tidy(() => tf.softmax((model.forward(inputs as TaskInputs) as ModelOutput).logits)),
  );
  const values = await scores.data();
  scores.dispose();
  return questions.map(({ choices }, row) =>
    choices
      .map((choice, index): RankedChoice => ({ index, choice, score: values[row * choices.length + index]! }))
      .sort((a, b) => b.score - a.score || a.index - b.index),
  );
}
