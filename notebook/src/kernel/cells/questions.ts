import { EndOfInput } from "../../kernel-bridge";
import { KeyboardInterrupt } from "./interrupts";
import { tell } from "./news";
import type { Run } from "./run";

interface Question {
  run: Run;
  resolve(line: string): void;
  reject(error: Error): void;
}

/** Questions to the user that wait for their answers. */
const waiting = new Map<number, Question>();
let asked = 0;

export function ask(run: Run, prompt: string, password: boolean): Promise<string> {
  const question = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(question, { run, resolve, reject });
    tell({ type: "question", run: run.id, question, prompt, password });
  });
}

/** @param value `undefined`: the user has ended the input */
export function answer(question: number, value: string | undefined): void {
  const asking = waiting.get(question);
  waiting.delete(question);
  if (value === undefined) asking?.reject(new EndOfInput());
  else asking?.resolve(value);
}

/** Ends the waits of an interrupted run. */
export function cancelQuestions(run: Run): void {
  for (const [question, asking] of waiting) {
    if (asking.run !== run) continue;
    waiting.delete(question);
    asking.reject(new KeyboardInterrupt());
  }
}
