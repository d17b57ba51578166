import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runNotebook } from "../../notebook/src/kernel/runner/run-notebook";
import { NOTEBOOK, readNotebookFile, ROOT, textOf } from "./the-notebook";

export interface ExecutedNotebook {
  /** "" where it ran to its end. */
  message: string;
  htmlFile: string;
  /** Everything that a cell showed, as text. */
  shown(id: string): string;
  /** The same on one line, so that wrapping does not matter. */
  said(id: string): string;
  /** The text forms of what it displayed, without what it printed. */
  displays(id: string): string[];
  dispose(): void;
}

const PARAMETERS = ["DATASET", "CHECKPOINT", "TOKENIZER", "MAX_STEPS", "SEED", "TEXT_COLUMN", "LABEL_COLUMN"];

/**
 * Runs the notebook as a reader would, with these parameters.
 *
 * @param columns  of the terminal. Default 200: tables stand as they are
 */
export async function executeNotebook(
  parameters: NodeJS.ProcessEnv = {},
  { notebook = NOTEBOOK, columns = 200 } = {},
): Promise<ExecutedNotebook> {
  const folder = mkdtempSync(path.join(tmpdir(), "executed-notebook-"));
  const env = { ...process.env };
  for (const name of PARAMETERS) Reflect.deleteProperty(env, name);
  const { message, notebookFile, htmlFile } = await runNotebook(notebook, {
    outDir: path.join(folder, "out"),
    cwd: ROOT,
    env: {
      ...env,
      OUTPUT_DIR: path.join(folder, "checkpoints"),
      HF_DATASETS_CACHE: path.join(folder, "datasets"),
      ...parameters,
    },
    screen: { write: () => undefined, columns },
  });
  const cells = new Map(readNotebookFile(notebookFile).cells.map((cell) => [cell.id, cell]));
  const shown = (id: string): string => textOf(cells.get(id));
  return {
    message,
    htmlFile: htmlFile ?? "",
    shown,
    displays: (id) =>
      (cells.get(id)?.outputs ?? []).flatMap(({ data }) => {
        const text = (data as Record<string, string[]> | undefined)?.["text/plain"];
        return text ? [text.join("")] : [];
      }),
    said: (id) => shown(id).replace(/\s+/g, " "),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
