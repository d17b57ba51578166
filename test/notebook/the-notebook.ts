import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(__dirname, "../..");
export const NOTEBOOK = path.join(ROOT, "notebooks/fine-tune-bert-sst2.ipynb");

/** One for each task beside the classification of texts. */
export const TASK_NOTEBOOKS = ["find-names", "answer-questions", "choose", "sentence-embeddings"];

/** Every notebook of the project. */
export const NOTEBOOKS = ["fine-tune-bert-sst2", "experiments", "your-own-data", ...TASK_NOTEBOOKS].map(
  (name) => path.join(ROOT, "notebooks", `${name}.ipynb`),
);

export interface NotebookCell {
  cell_type: "code" | "markdown";
  id: string;
  metadata: Record<string, unknown>;
  source: string[];
  outputs?: Record<string, unknown>[];
  execution_count?: number | null;
}

export interface NotebookFile {
  cells: NotebookCell[];
  metadata: { kernelspec?: { name?: string; language?: string } };
  nbformat: number;
  nbformat_minor: number;
}

export function readNotebookFile(file: string = NOTEBOOK): NotebookFile {
  return JSON.parse(readFileSync(file, "utf8")) as NotebookFile;
}

/** Everything that a cell showed, as text. */
export function textOf(cell: NotebookCell | undefined): string {
  return (cell?.outputs ?? [])
    .map((output) => {
      const data = output.data as Record<string, string[]> | undefined;
      return [...((output.text as string[] | undefined) ?? []), ...(data?.["text/plain"] ?? [])].join("");
    })
    .join("\n");
}
