import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { FinetuneError } from "../errors";
import { pipeline } from "../inference/pipeline";
import { startProgress } from "../progress";
import { openClassifier } from "./classifier";
import { INTERRUPTED, keepOutputForJson, printJson } from "./talk";
import { openTextRows, type TextRow } from "./text-rows";
import { parse, UsageError } from "./usage";

const KILOBYTE = 1000;

/** `finetune predict`: classifies the rows of a file, however many there are. */
export async function predict(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    {
      model: { type: "string" },
      output: { type: "string" },
      "text-column": { type: "string" },
      as: { type: "string", default: "prediction" },
      "batch-size": { type: "string", default: "64" },
      json: { type: "boolean" },
    },
    1,
  );
  const [file] = positionals;
  if (file === undefined) throw new UsageError("predict: which file? CSV, TSV, JSON Lines, or a text a line");
  if (values.model === undefined) throw new UsageError("predict: with which model? --model");
  if (values.json && values.output === undefined) {
    throw new UsageError("predict: --json tells how it went, so the rows need a file: --output FILE");
  }
  const batchSize = Number(values["batch-size"]);
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new UsageError(`--batch-size counts texts, it is not "${values["batch-size"]}"`);
  }
  // Rows may go to standard output: what else is said must not stand among them.
  keepOutputForJson();
  const source = await openTextRows(file, values["text-column"]);
  const [label, score] = [values.as, `${values.as}_score`];
  const header = source.header([label, score]);
  const { model, tokenizer } = await openClassifier(values.model);
  const classify = pipeline("text-classification", { model, tokenizer, batchSize });
  const target = await openTarget(values.output);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new FinetuneError("interrupted"));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const { total } = source.progress();
  const bar = startProgress({ label: "Classifying", total: Math.ceil(total / KILOBYTE), unit: "kB" });
  // What has been read and not yet answered; the answers come in the same order.
  const read: TextRow[] = [];
  let count = 0;
  try {
    await target.write(header);
    const answers = classify.stream(textsOf(source.rows, read), { signal: stop.signal });
    for await (const [best] of answers) {
      const row = read.shift()!;
      await target.write(row.withFields({ [label]: best!.label, [score]: best!.score }));
      count += 1;
      bar.update(Math.floor(source.progress().done / KILOBYTE), `${count.toLocaleString("en-US")} rows`);
    }
    await target.keep();
  } catch (error) {
    await target.leave();
    // Whoever read the rows has gone (`| head`): that is no failure of ours.
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return 0;
    if (!stop.signal.aborted) throw error;
    process.stderr.write(`Stopped after ${count} rows${target.left()}.\n`);
    return INTERRUPTED;
  } finally {
    bar.finish();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  if (values.json) printJson({ model: values.model, file, output: values.output, rows: count });
  else if (values.output !== undefined) {
    process.stdout.write(`${count.toLocaleString("en-US")} rows; wrote ${values.output}\n`);
  }
  return 0;
}

async function* textsOf(rows: AsyncIterable<TextRow>, read: TextRow[]): AsyncGenerator<string> {
  for await (const row of rows) {
    read.push(row);
    yield row.text;
  }
}

/** Where rows go: standard output, or a file that has its name when all are in it. */
interface Target {
  write(text: string): Promise<void>;
  keep(): Promise<void>;
  /** Ends it before its time. */
  leave(): Promise<void>;
  /** What is left of it then, for a message. */
  left(): string;
}

async function openTarget(file: string | undefined): Promise<Target> {
  if (file === undefined) {
    return { write: writerTo(process.stdout), keep: nothing, leave: nothing, left: () => "" };
  }
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial);
  const end = async () => {
    stream.end();
    await finished(stream);
  };
  return {
    write: writerTo(stream),
    keep: async () => {
      await end();
      await rename(partial, file);
    },
    leave: () => end().catch(() => undefined),
    left: () => `; ${partial} has them`,
  };
}

const nothing = () => Promise.resolve();

/** Waits where the reader is slower than we are: otherwise everything would be kept in memory. */
function writerTo(stream: Writable): (text: string) => Promise<void> {
  let failure: Error | undefined;
  stream.on("error", (error) => (failure = error));
  return async (text) => {
    if (failure) throw failure;
    if (text !== "" && !stream.write(text)) await once(stream, "drain");
  };
}
