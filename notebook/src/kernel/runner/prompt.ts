import { createInterface } from "node:readline";
import { END_OF_INPUT } from "../protocol/wire";

/**
 * Asks for one line on the terminal.
 *
 * @param prompt    shown in front of the answer
 * @param interrupt called on Ctrl-C, which ends the wait
 * @returns         the line; {@link END_OF_INPUT} on Ctrl-D
 */
export function askOnTerminal(prompt: string, interrupt: () => void): Promise<string> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout, historySize: 0 });
    let answer = END_OF_INPUT;
    // The terminal is in raw mode while it edits the line: Ctrl-C arrives here, not as a signal.
    terminal.on("SIGINT", () => {
      terminal.close();
      interrupt();
    });
    terminal.once("close", () => {
      if (answer === END_OF_INPUT) process.stdout.write("\n");
      resolve(answer);
    });
    terminal.question(prompt, (line) => {
      answer = line;
      terminal.close();
    });
  });
}
