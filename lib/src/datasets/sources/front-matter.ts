import type * as Yaml from "yaml";
import { DatasetError } from "../../errors";
import { loadPackage } from "../../platform/packages";

/** What YAML holds. Mappings are Maps: no key of a stranger becomes a property. */
export type YamlValue = string | number | bigint | boolean | null | Date | YamlValue[] | YamlMap;
export type YamlMap = Map<string, YamlValue>;

export const isYamlMap = (value: unknown): value is YamlMap => value instanceof Map;
export const isText = (value: unknown): value is string => typeof value === "string";

/** Longer heads are no description of a dataset. */
const MOST_CHARACTERS = 1_000_000;
/** Levels of brackets and braces, and of indentation. */
const MOST_LEVELS = 100;

/**
 * The head of a dataset card, between two lines of `---`, as YAML 1.1, which Python reads.
 *
 * @param name what messages call the card
 * @returns undefined if the card has no head
 * @throws DatasetError if it is no YAML
 * @see huggingface_hub.metadata_load
 */
export function readFrontMatter(markdown: string, name: string): YamlMap | undefined {
  const head = headOf(markdown);
  if (head === undefined) return undefined;
  const wrong = (problem: string) => new DatasetError(`${name}: its head is no YAML: ${problem}.`);
  if (head.length > MOST_CHARACTERS) throw wrong(`it has ${head.length} characters`);
  if (levelsOf(head) > MOST_LEVELS) throw wrong(`it is nested more than ${MOST_LEVELS} levels deep`);
  const { parseDocument } = loadPackage<typeof Yaml>("yaml"); // a tenth of the library's loading time: only who reads a card pays
  const document = parseDocument(head, {
    version: "1.1",
    merge: true,
    prettyErrors: true,
    intAsBigInt: false,
  });
  const [error] = document.errors;
  if (error) throw wrong(error.message.split("\n")[0]!.replace(/[:.]$/, ""));
  let value: unknown;
  try {
    value = document.toJS({ mapAsMap: true, maxAliasCount: 1000 });
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
  return value instanceof Map ? withTextKeys(value) : new Map();
}

function headOf(markdown: string): string | undefined {
  const lines = markdown.split("\n");
  const isMark = (line: string) => line.trimEnd() === "---";
  if (!isMark(lines[0]!.replace(/^\ufeff/, ""))) return undefined;
  const end = lines.findIndex((line, i) => i > 0 && isMark(line));
  return end < 0 ? undefined : lines.slice(1, end).join("\n");
}

/** An upper bound of how deep it is nested: the parser calls itself for each level. */
function levelsOf(head: string): number {
  let brackets = 0;
  let most = 0;
  for (const character of head) {
    if (character === "[" || character === "{") brackets++;
    else if (character === "]" || character === "}") brackets = Math.max(0, brackets - 1);
    most = Math.max(most, brackets);
  }
  const indents = new Set<number>();
  for (const line of head.split("\n")) indents.add(/^[ -]*/.exec(line)![0].length);
  return Math.max(most, indents.size);
}

/** Keys such as 0 or true as texts, as in JSON. */
function withTextKeys(map: Map<unknown, unknown>): YamlMap {
  const value = (each: unknown): YamlValue => {
    if (each instanceof Map) return withTextKeys(each);
    return Array.isArray(each) ? each.map(value) : (each as YamlValue);
  };
  return new Map(Array.from(map, ([key, each]) => [String(key), value(each)]));
}
