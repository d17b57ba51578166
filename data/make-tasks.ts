/**
 * Writes the small datasets of the tasks beside classification, data/tasks/<task>/*.jsonl. Deterministic:
 *
 *     npx tsx data/make-tasks.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { conclusionRows } from "./tasks/conclusions";
import { namesRows } from "./tasks/names";
import { paraphraseRows } from "./tasks/paraphrases";
import { questionRows } from "./tasks/questions";

const SEEDS = { train: 1, validation: 2 } as const;

/** Rows of each task, and how many of them. */
const TASKS = {
  names: { rows: namesRows, train: 1200, validation: 300 },
  questions: { rows: questionRows, train: 1600, validation: 300 },
  conclusions: { rows: conclusionRows, train: 1500, validation: 300 },
  paraphrases: { rows: paraphraseRows, train: 800, validation: 80 },
} as const;

/** The files, by their paths in data/tasks. */
export function makeTasks(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [task, { rows, ...sizes }] of Object.entries(TASKS)) {
    for (const split of ["train", "validation"] as const) {
      const lines = rows(sizes[split], split, SEEDS[split]).map((row) => JSON.stringify(row));
      files.set(path.posix.join(task, `${split}.jsonl`), `${lines.join("\n")}\n`);
    }
  }
  return files;
}

if (require.main === module) {
  for (const [name, content] of makeTasks()) {
    const file = path.join(__dirname, "tasks", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
