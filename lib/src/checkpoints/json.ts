import { readFile } from "node:fs/promises";
import { CheckpointError } from "../errors";
import { writeFileAtomic } from "./atomic-file";

/**
 * Reads a JSON file of a model directory.
 *
 * @returns the value; what is in it is for the caller to check
 * @throws CheckpointError that names the file if it is missing or no JSON
 */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new CheckpointError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CheckpointError(`${file}: is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes a value as JSON, atomically: two spaces of indentation and a final newline, as transformers does. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}
