import { TokenizerError } from "../errors";
import type { TypedPart } from "./tokenizer-json";

/** A part of a tokenizer.json, such as its normalizer, and where it stands. */
export interface Part {
  options: TypedPart;
  /** "normalizer", or "normalizer.normalizers[1]" in a sequence. */
  name: string;
  file: string;
}

/** How each type of a part is made. */
export type PartTable<Made> = Readonly<Record<string, (part: Part) => Made>>;

/**
 * Makes a part of a tokenizer.
 *
 * @param types  by their names in the file
 * @throws TokenizerError that names the file, the part and its type, if this library does not know it
 */
export function makePart<Made>(part: Part, types: PartTable<Made>): Made {
  const { type } = part.options;
  if (Object.hasOwn(types, type)) return types[type]!(part);
  const known = Object.keys(types).join(", ");
  throw wrongPart(part, `its type ${JSON.stringify(type)} is not supported (${known} are)`);
}

/** The parts of a sequence. */
export function partsOf(part: Part, key: string): Part[] {
  const list = part.options[key];
  if (!Array.isArray(list)) throw wrongPart(part, `${key} is no list`);
  return list.map((options: unknown, i) => {
    const name = `${part.name}.${key}[${i}]`;
    if (typeof options !== "object" || options === null || typeof (options as TypedPart).type !== "string") {
      throw wrongPart({ ...part, name }, 'it is no object with a "type"');
    }
    return { ...part, options: options as TypedPart, name };
  });
}

/** An option of a part. @throws TokenizerError if it is of another kind */
export function optionOf<Kind extends "boolean" | "number" | "string">(
  part: Part,
  key: string,
  kind: Kind,
  otherwise?: { boolean: boolean; number: number; string: string }[Kind],
): { boolean: boolean; number: number; string: string }[Kind] {
  const value = part.options[key] ?? otherwise;
  if (typeof value === kind) return value as { boolean: boolean; number: number; string: string }[Kind];
  throw wrongPart(part, `${key} is ${JSON.stringify(value) ?? "missing"}; a ${kind} is expected`);
}

/** An option that is one character. */
export function characterOf(part: Part, key: string, otherwise?: string): string {
  const text = optionOf(part, key, "string", otherwise);
  if (Array.from(text).length === 1) return text;
  throw wrongPart(part, `${key} is ${JSON.stringify(text)}; one character is expected`);
}

export function wrongPart({ file, name }: Pick<Part, "file" | "name">, problem: string): TokenizerError {
  return new TokenizerError(`${file}: ${name}: ${problem}.`);
}
