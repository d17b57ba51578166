import { readFile } from "../platform/files";
import { CheckpointError } from "../errors";
import { writeFileAtomic } from "./atomic-file";
import { isNestedDeeper, MOST_JSON_LEVELS } from "../json-depth";

/**
 * Reads a JSON file of a model directory.
 *
 * @returns the value; what is in it is for the caller to check
 * @throws CheckpointError that names the file if it is missing, no JSON, or nested without end
 */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new CheckpointError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(`${file}: is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  if (isNestedDeeper(value)) {
    throw new CheckpointError(
      `${file}: is nested more than ${MOST_JSON_LEVELS} levels deep. Is it the right file?`,
    );
  }
  return value;
}

/**
 * Writes a value as JSON, atomically: two spaces of indentation and a final newline, as transformers does.
 *
 * @param fractions  keys of an object whose numbers Python wants as floats: whole ones are written as 2.0
 */
export async function writeJson(
  file: string,
  value: unknown,
  fractions: readonly string[] = [],
): Promise<void> {
  const text = JSON.stringify(value, null, 2);
  // Of the object itself alone: what lies deeper is indented more.
  const written = text.replace(/^ {2}"(\w+)": (-?\d+)(?=,?$)/gm, (line, key: string) =>
    fractions.includes(key) ? `${line}.0` : line,
  );
  await writeFileAtomic(file, `${written}\n`);
}
