import { createInterface } from "node:readline/promises";

import { EndOfInput, kernelBridge } from "./kernel-bridge";
import { insideNotebook } from "./display-channel";

/**
 * Whether somebody can be asked: a front end that takes questions, or a terminal.
 *
 * @example
 * const answer = inputAvailable() ? await input("Go on? ") : "yes";
 */
export function inputAvailable(): boolean {
  const bridge = kernelBridge();
  if (bridge) return bridge.allowStdin;
  return !insideNotebook() && process.stdin.isTTY === true;
}

/**
 * Asks the user for a line, as Python's `input` does.
 *
 * @param prompt shown in front of the answer
 * @returns      the line without its newline; undefined where nobody can be asked ({@link inputAvailable} tells
 *               beforehand) and when the input has ended (Ctrl-D)
 * @example
 * const name = await input("Who is there? ");
 */
export async function input(prompt = ""): Promise<string | undefined> {
  if (kernelBridge()) return ask(prompt, false);
  return inputAvailable() ? fromTerminal(prompt) : undefined;
}

/**
 * Asks the user for a line that nobody must see while it is typed, as Python's `getpass` does.
 *
 * @param prompt shown in front of the answer. Default "Password: "
 * @returns      the line; undefined where nobody can be asked and when the input has ended. A terminal without a
 *               kernel shows what is typed there, so it is not asked
 * @example
 * const token = await getpass("Token: ");
 */
export async function getpass(prompt = "Password: "): Promise<string | undefined> {
  return ask(prompt, true);
}

async function ask(prompt: string, password: boolean): Promise<string | undefined> {
  const bridge = kernelBridge();
  if (!bridge?.allowStdin) return undefined;
  try {
    return await bridge.input(prompt, { password });
  } catch (error) {
    if (EndOfInput.is(error)) return undefined;
    throw error;
  }
}

/** readline's own `question` never settles when the input ends, so its `close` decides too. */
async function fromTerminal(prompt: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await Promise.race([
      lines.question(prompt),
      new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined))),
    ]);
  } finally {
    lines.close();
  }
}
