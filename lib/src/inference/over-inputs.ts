import { inspect } from "../platform/inspect";
import { nextTurn } from "../platform/pause";
import { ConfigError, FinetuneError, OutOfMemoryError } from "../errors";
import { refuseUnknownOptions } from "../known-options";

/** What every pipeline takes beside the options of its task. */
export interface RunOptions {
  /** Ends the work between two batches; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What a stream of texts takes beside them. */
export interface StreamOptions extends RunOptions {
  /**
   * Texts that are read before the first answer comes, so that those of similar length go through the model together. 1: each text is
   * answered before the next one is read, as a conversation needs it. Default: eight batches.
   */
  lookAhead?: number;
}

/** Names of {@link StreamOptions}. */
const STREAM_OPTIONS: readonly (keyof StreamOptions)[] = ["signal", "lookAhead"];

/** Things that are there, or that come. */
export type Source<Input> = Iterable<Input> | AsyncIterable<Input>;

export type Texts = Source<string>;

/** What a pipeline is asked about, as far as all of them go about it in the same way. */
export interface InputKind<Input> {
  /** In messages: "text". */
  name: string;
  /** What is wrong with one that is none, such as "null, and no string"; undefined: nothing. */
  fault: (input: unknown) => string | undefined;
  /** By which similar ones go through the model together. */
  length: (input: Input) => number;
  /** What of it is shown in messages. */
  text: (input: Input) => string;
}

const TEXT: InputKind<string> = {
  name: "text",
  fault: (input) =>
    typeof input === "string" ? undefined : `${input === null ? "null" : typeof input}, and no string`,
  length: ({ length }) => length,
  text: (text) => text,
};

/** Batches whose texts are sorted by length together. */
const BATCHES_AHEAD = 8;

/** How a task answers a batch. */
interface BatchAnswerer<Input, Answer> {
  /** The task, for messages. */
  task: string;
  kind: InputKind<Input>;
  /** Inputs a batch. */
  batchSize: number;
  answer: (inputs: readonly Input[]) => Promise<Answer[]>;
}

/**
 * The answers to texts, in the order of the texts, however many they are: no more than `lookAhead` of them are in memory. Between two
 * batches the event loop has its turn, so that a server goes on answering and an abort is heard.
 *
 * @throws ConfigError that names the text, counted from 0, if it is none or the model cannot take it; the signal's reason
 */
async function* answersTo<Input, Answer>(
  texts: Source<Input>,
  { task, kind, batchSize, answer }: BatchAnswerer<Input, Answer>,
  { signal, lookAhead = BATCHES_AHEAD * batchSize }: StreamOptions = {},
): AsyncGenerator<Answer, void, undefined> {
  if (!Number.isInteger(lookAhead) || lookAhead < 1) {
    throw new ConfigError(`${task}: lookAhead is ${lookAhead}; it counts texts: 1, 2, 3, …`);
  }
  if (kind.fault(texts) === undefined) {
    throw new ConfigError(`${task}: stream takes many ${kind.name}s, and this is one; put it into an array.`);
  }
  if (!isSource(texts)) {
    throw new ConfigError(`${task}: it takes ${kind.name}s, and this is ${inspect(texts, { depth: 0 })}.`);
  }
  let first = 0;
  for await (const window of windowsOf(texts, lookAhead, { task, kind }, signal)) {
    const answers = new Array<Answer>(window.length);
    // A batch is as long as its longest text: similar ones together leave less to pad, and less to hold in memory.
    const order = [...window.keys()].sort(
      (a, b) => kind.length(window[a]!) - kind.length(window[b]!) || a - b,
    );
    for (let start = 0; start < order.length; start += batchSize) {
      signal?.throwIfAborted();
      const rows = order.slice(start, start + batchSize);
      const given = await answerRows(rows, window, first, { task, kind, batchSize, answer });
      rows.forEach((row, at) => (answers[row] = given[at]!));
      await nextTurn();
    }
    signal?.throwIfAborted();
    yield* answers;
    first += window.length;
  }
}

/** A task, as a pipeline needs to know it. */
export interface InputTask<Input, Options extends RunOptions, Answer> {
  /** Its name, for messages. */
  task: string;
  /** Names of its options. */
  options: readonly (keyof Options & string)[];
  /** Texts a batch. */
  batchSize: number;
  /** Checks the options. @returns what answers a batch */
  answerer: (options: Options) => (inputs: readonly Input[]) => Promise<Answer[]>;
}

/** What pipelines have in common. */
export interface OverInputs<Input, Options extends RunOptions, Answer> {
  all: (inputs: readonly Input[], options: Options) => Promise<Answer[]>;
  stream: (
    inputs: Source<Input>,
    options?: Options & StreamOptions,
  ) => AsyncGenerator<Answer, void, undefined>;
  warmUp: () => Promise<void>;
}

/** Answers some texts, or any number of them. */
export function overTexts<Options extends RunOptions, Answer>(
  task: InputTask<string, Options, Answer>,
): OverInputs<string, Options, Answer> {
  return overInputs<string, Options, Answer>(task, TEXT, "warm");
}

/**
 * Answers some inputs, or any number of them.
 *
 * @param example  what the model is run on to warm up
 */
export function overInputs<Input, Options extends RunOptions, Answer>(
  { task, options: names, batchSize, answerer }: InputTask<Input, Options, Answer>,
  kind: InputKind<Input>,
  example: Input,
): OverInputs<Input, Options, Answer> {
  const all = async (inputs: readonly Input[], options: Options) => {
    refuseUnknownOptions(task, options, names);
    const { signal } = options;
    const answers: Answer[] = [];
    const batches = { task, kind, batchSize, answer: answerer(options) };
    for await (const answer of answersTo(inputs, batches, { signal })) answers.push(answer);
    return answers;
  };
  return {
    all,
    stream(inputs, options = {} as Options) {
      refuseUnknownOptions(`${task}.stream`, options, [...names, ...STREAM_OPTIONS]);
      return answersTo(inputs, { task, kind, batchSize, answer: answerer(options) }, options);
    },
    warmUp: async () => void (await all([example], {} as Options)),
  };
}

/** What a source gives until an abort, which is heard also while the source is silent. The source is closed at the end. */
async function* untilAbort<Input>(
  texts: Source<Input>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
  signal?.throwIfAborted();
  if (!signal) {
    yield* texts;
    return;
  }
  const source = Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
  // One listener for all texts: a race of promises would keep something of each until the abort.
  let refuse = (reason: unknown): void => void reason;
  const hear = () => refuse(signal.reason);
  signal.addEventListener("abort", hear, { once: true });
  const next = () =>
    new Promise<IteratorResult<Input, unknown>>((resolve, reject) => {
      refuse = reject;
      // It may have come while nobody waited.
      if (signal.aborted) return hear();
      Promise.resolve(source.next()).then(resolve, reject);
    });
  let isOver = false;
  try {
    for (let step = await next(); !step.done; step = await next()) {
      yield step.value;
    }
    isOver = true;
  } finally {
    signal.removeEventListener("abort", hear);
    // A silent source closes when it wakes up, which is not waited for; what it says then, nobody hears.
    if (!isOver) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}

const isSource = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

async function* windowsOf<Input>(
  texts: Source<Input>,
  size: number,
  { task, kind }: Pick<BatchAnswerer<Input, unknown>, "task" | "kind">,
  signal: AbortSignal | undefined,
): AsyncGenerator<Input[]> {
  let window: Input[] = [];
  let count = 0;
  for await (const text of untilAbort(texts, signal)) {
    const fault = kind.fault(text);
    if (fault !== undefined) throw new ConfigError(`${task}: ${kind.name} ${count} is ${fault}.`);
    window.push(text as Input);
    count += 1;
    if (window.length < size) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

/** Answers some rows of a window; of a failure it finds out whose it is. */
async function answerRows<Input, Answer>(
  rows: readonly number[],
  window: readonly Input[],
  first: number,
  { task, kind, answer }: BatchAnswerer<Input, Answer>,
): Promise<Answer[]> {
  try {
    return await answer(rows.map((row) => window[row]!));
  } catch (error) {
    // Every one of them would fail for the same reason.
    if (!(error instanceof FinetuneError) || error instanceof OutOfMemoryError) throw error;
    for (const row of rows) {
      try {
        await answer([window[row]!]);
      } catch (cause) {
        const text = kind.text(window[row]!);
        const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
        throw new ConfigError(
          `${task}: ${kind.name} ${first + row} (${shown}): ${(cause as Error).message}`,
          {
            cause,
          },
        );
      }
    }
    throw error;
  }
}
