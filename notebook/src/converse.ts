import type { TextClassificationPipeline } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { input, inputAvailable } from "./input";
import { singleLine } from "./mime";
import { percent } from "./numbers";
import { predictTable } from "./predict-table";

/** What ends a conversation. */
const FAREWELLS = ["quit", "exit", "q"];

export interface ConverseOptions {
  /** Default "Your review (or quit): ". */
  prompt?: string;
  /** Lines that stand in for the reader where nobody can be asked, as in a scheduled run. Default: none. */
  standIns?: readonly string[];
  /** Asks for a line; `undefined` ends the conversation. Default: the notebook's `input`, where there is one. */
  ask?: (prompt: string) => Promise<string | undefined>;
}

/**
 * A conversation with a classifier: asks for a text, says what it is taken for and with which probabilities, and asks again, until
 * `quit`, `exit` or `q`. An empty line is refused politely.
 *
 * @returns what was classified
 * @example
 * await converse(pipeline("text-classification", { model: trainer.model, tokenizer }));
 */
export async function converse(
  classify: TextClassificationPipeline,
  options: ConverseOptions = {},
): Promise<string[]> {
  refuseUnknownOptions("converse", options, ["prompt", "standIns", "ask"]);
  const { prompt = "Your review (or quit): ", standIns = [], ask = askerOf(standIns) } = options;
  const classified: string[] = [];
  for (;;) {
    const line = (await ask(prompt))?.trim();
    if (line === undefined || FAREWELLS.includes(line.toLowerCase())) break;
    if (line === "") {
      console.log("There is nothing to read in an empty line. Please type a few words.");
      continue;
    }
    const [prediction] = (await predictTable(classify, [line])).predictions;
    const { label, confidence, probabilities } = prediction!;
    const shares = Object.entries(probabilities)
      .map(([name, share]) => `${singleLine(name)} ${percent(share)}`)
      .join(", ");
    console.log(`${singleLine(label)}, ${percent(confidence)} sure (${shares})`);
    classified.push(line);
  }
  console.log("Thank you!");
  return classified;
}

/** The reader, or who stands in for them. */
function askerOf(standIns: readonly string[]): NonNullable<ConverseOptions["ask"]> {
  if (inputAvailable()) return input;
  console.log("Nobody can be asked here (no input is connected). These lines stand in for you:\n");
  const lines = [...standIns];
  return (prompt) => {
    const line = lines.shift();
    console.log(`${prompt}${line ?? "quit"}`);
    return Promise.resolve(line);
  };
}
